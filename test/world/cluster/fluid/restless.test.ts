/** What an interval sees of a queue: shares that stay in the mean, and vary as the mean of a correlated time does. */
import { strict as assert } from "node:assert";
import { LAW, LAW_SIZE } from "../../../../src/world/cluster/fluid/latency-law.ts";
import { correlationOfNext, seenShare, setSeen, varianceKept } from "../../../../src/world/cluster/fluid/restless.ts";

const near = (value: number, expected: number, relative: number): void =>
  assert.ok(Math.abs(value - expected) <= relative * Math.abs(expected), `${value} beside ${expected}`);

/** Mean over standard normal levels, by the trapezoidal rule. */
function overLevels(of: (level: number) => number): number {
  const step = 0.01;
  let sum = 0;
  for (let level = -6; level <= 6; level += step) sum += step * of(level) * (Math.exp((-level * level) / 2) / Math.sqrt(2 * Math.PI));
  return sum;
}

function seenAt(kept: number, share: number): (level: number) => number {
  const law = new Float64Array(LAW_SIZE);
  return (level) => {
    setSeen(law, kept, level);
    return law[LAW.theta] === 0 ? share : seenShare(Math.log(share), law[LAW.theta] as number, law[LAW.frailty] as number);
  };
}

describe("what intervals see", () => {
  it("is, in the mean of all, what all see, at every level and however much they share", () => {
    for (const kept of [1e-5, 0.001, 0.01, 0.1, 0.3, 0.7])
      for (const share of [0.9, 0.5, 0.1, 0.01, 0.001]) near(overLevels(seenAt(kept, share)), share, 0.01);
  });

  it("varies at 1 % as asked for", () => {
    for (const kept of [0.001, 0.01, 0.1, 0.3, 0.7]) {
      const seen = seenAt(kept, 0.01);
      const variance = overLevels((level) => (seen(level) - 0.01) * (seen(level) - 0.01));
      near(variance / (0.01 * 0.99), kept, 0.05);
    }
  });

  it("sees more the fuller it is", () => {
    const law = new Float64Array(LAW_SIZE);
    let last = 0;
    for (const level of [-5, -1.1, 0, 0.3, 2, 5.9]) {
      setSeen(law, 0.2, level);
      const [theta, frailty] = [law[LAW.theta] as number, law[LAW.frailty] as number];
      const seen = seenShare(Math.log(0.05), theta, frailty);
      assert.ok(seen > last);
      last = seen;
    }
  });

  it("keeps of the variance what the mean of a correlated time keeps, by summing its correlations", () => {
    const points = 400;
    for (const t of [0.0005, 0.1, 1, 10]) {
      const at = (i: number, j: number): number => Math.exp((-Math.abs(i - j) * t) / points);
      let own = 0;
      let next = 0;
      for (let i = 0; i < points; i++) {
        for (let j = 0; j < points; j++) {
          own += at(i, j);
          next += at(i, j + points);
        }
      }
      near(varianceKept(t), own / (points * points), 0.001);
      near(correlationOfNext(t), next / own, 0.001);
    }
  });
});
