/** Erlang's formulas for c servers at an offered load of `a` erlang. */

/** Share of arrivals that find all servers busy where none waits, by B_k = a B_(k-1)/(k + a B_(k-1)). */
export function erlangB(servers: number, a: number): number {
  let blocked = 1;
  for (let k = 1; k <= servers; k++) blocked = (a * blocked) / (k + a * blocked);
  return blocked;
}

/** Share of arrivals that wait where all wait, for a < c. @see Cooper, Introduction to Queueing Theory, 2nd ed., 1981, chapter 3. */
export function erlangC(servers: number, a: number): number {
  const blocked = erlangB(servers, a);
  return (servers * blocked) / (servers - a * (1 - blocked));
}
