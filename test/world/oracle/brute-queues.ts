/** The plain versions: at each event every rate is worked out anew, nothing is kept but what is left of each request. */

export interface Visit {
  readonly arrivalS: number;
  readonly workS: number;
  readonly priority: number;
}

interface Order {
  /** Least first; then arrival, then number. */
  key(visit: Visit, leftS: number): number;
  readonly preempts: boolean;
}

/**
 * Finish times on `slots` slots of one core each. At one instant ends come before arrivals, and arrivals one after another;
 * one that arrives takes a free slot, or, where the order preempts, that of the greatest key if its own is less.
 */
export function bruteSlots(visits: readonly Visit[], order: Order, slots: number): number[] {
  const leftS = visits.map(({ workS }) => workS);
  const ends = new Array<number>(visits.length).fill(Number.NaN);
  const keyOf = (i: number): number => order.key(visits[i] as Visit, leftS[i] as number);
  const before = (a: number, b: number): number => keyOf(a) - keyOf(b) || a - b;
  const running: number[] = [];
  const waiting: number[] = [];
  let nowS = 0;
  let next = 0;
  const remove = (list: number[], i: number): void => void list.splice(list.indexOf(i), 1);
  while (next < visits.length || running.length > 0) {
    const arriveS = visits[next]?.arrivalS ?? Number.POSITIVE_INFINITY;
    const first = running.toSorted((a, b) => (leftS[a] as number) - (leftS[b] as number) || a - b)[0];
    const endS = first === undefined ? Number.POSITIVE_INFINITY : nowS + (leftS[first] as number);
    const toS = Math.min(arriveS, endS);
    for (const i of running) leftS[i] = i === first && endS <= arriveS ? 0 : Math.max(0, (leftS[i] as number) - (toS - nowS));
    nowS = toS;
    if (endS <= arriveS) {
      ends[first as number] = nowS;
      remove(running, first as number);
    } else {
      const last = running.toSorted(before).at(-1);
      if (order.preempts && running.length === slots && last !== undefined && keyOf(next) < keyOf(last)) {
        remove(running, last);
        waiting.push(last);
        running.push(next);
      } else waiting.push(next);
      next++;
    }
    while (running.length < slots && waiting.length > 0) {
      const chosen = waiting.toSorted(before)[0] as number;
      remove(waiting, chosen);
      running.push(chosen);
    }
  }
  return ends;
}

export interface BruteContainer {
  readonly weight: number;
  readonly capCores: number;
  readonly visits: readonly Visit[];
}

/** Finish times of containers that share `cores` by weight, each request at most one core. */
export function bruteSharing(containers: readonly BruteContainer[], cores: number): number[][] {
  const leftS = containers.map(({ visits }) => visits.map(({ workS }) => workS));
  const ends = containers.map(({ visits }) => visits.map(() => Number.NaN));
  const inside: number[][] = containers.map(() => []);
  const arrivals = containers
    .flatMap(({ visits }, c) => visits.map(({ arrivalS }, i) => ({ arrivalS, c, i })))
    .sort((a, b) => a.arrivalS - b.arrivalS);
  let nowS = 0;
  let next = 0;
  for (;;) {
    const share = fairShares(
      containers.map(({ weight, capCores }, c) => ({ weight, wants: Math.min((inside[c] as number[]).length, capCores) })),
      cores,
    );
    const rate = share.map((s, c) => s / (inside[c] as number[]).length);
    let soonest: { c: number; i: number; dueS: number } | undefined;
    inside.forEach((list, c) => {
      for (const i of list) {
        const dueS = ((leftS[c] as number[])[i] as number) / (rate[c] as number);
        if (soonest === undefined || dueS < soonest.dueS) soonest = { c, i, dueS };
      }
    });
    const arrival = arrivals[next];
    if (soonest === undefined && arrival === undefined) return ends;
    const isEnd = soonest !== undefined && (arrival === undefined || nowS + soonest.dueS <= arrival.arrivalS);
    const stepS = isEnd ? (soonest as { dueS: number }).dueS : (arrival as { arrivalS: number }).arrivalS - nowS;
    inside.forEach((list, c) => {
      for (const i of list) (leftS[c] as number[])[i] = Math.max(0, ((leftS[c] as number[])[i] as number) - stepS * (rate[c] as number));
    });
    nowS = isEnd ? nowS + stepS : (arrival as { arrivalS: number }).arrivalS;
    if (isEnd) {
      const { c, i } = soonest as { c: number; i: number };
      (ends[c] as number[])[i] = nowS;
      (inside[c] as number[]).splice((inside[c] as number[]).indexOf(i), 1);
    } else {
      (inside[(arrival as { c: number }).c] as number[]).push((arrival as { i: number }).i);
      next++;
    }
  }
}

/** Weighted max-min by bisection of the water level: another way than rounds. */
function fairShares(wanted: readonly { weight: number; wants: number }[], cores: number): number[] {
  const at = (level: number): number[] => wanted.map(({ weight, wants }) => Math.min(wants, level * weight));
  const sum = (shares: readonly number[]): number => shares.reduce((total, share) => total + share, 0);
  if (sum(wanted.map(({ wants }) => wants)) <= cores) return wanted.map(({ wants }) => wants);
  let low = 0;
  let high = Math.max(...wanted.map(({ weight, wants }) => wants / weight));
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (sum(at(middle)) < cores) low = middle;
    else high = middle;
  }
  return at(high);
}
