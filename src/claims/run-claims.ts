/** The one loop over claims. */
import type { Case, Claim, Tier, Verdict } from "./claim.ts";
import { ThreadedLab } from "./lab.ts";

export interface ClaimsPlan {
  readonly claims: readonly Claim[];
  readonly tier: Tier;
  readonly workers: number;
  readonly workerFile?: URL;
  /** Share of cases done, 0..1, and the claim that was just worked on. */
  onProgress?(fraction: number, claim: Claim): void;
}

/** Rows of all claims in their order, and one on the identities of all runs. The number of workers changes no row. */
export async function runClaims({ claims, tier, workers, workerFile, onProgress }: ClaimsPlan): Promise<readonly Verdict[]> {
  const work = claims.flatMap((claim) =>
    claim.cases.filter((each) => tier === "full" || each.tier === "quick").map((each) => ({ claim, each })),
  );
  const lab = new ThreadedLab({ workers, ...(workerFile !== undefined && { workerFile }) });
  const rows: Verdict[] = [];
  try {
    for (const [i, { claim, each }] of work.entries()) {
      for (const row of await checked(each, lab, claim.cases.indexOf(each))) rows.push({ ...row, id: `${claim.id}.${row.id}` });
      onProgress?.((i + 1) / work.length, claim);
    }
  } finally {
    await lab.close();
  }
  return unique([...rows, identitiesRow(lab)]);
}

/** A case that cannot even be tried, because a run broke or measured nothing, misses with what was said; the other claims go on. */
async function checked(each: Case, lab: ThreadedLab, number: number): Promise<readonly Verdict[]> {
  try {
    return await each.check(lab);
  } catch (error) {
    const reason = `could not be tried: ${error instanceof Error ? error.message : String(error)}`;
    const nothing = { value: null, expected: null, low: null, high: null };
    return [{ id: `case-${number + 1}`, parameters: "", ...nothing, unit: "1", verdict: "miss", reason }];
  }
}

function identitiesRow({ broken, runCount }: ThreadedLab): Verdict {
  const parameters = `${runCount} runs`;
  const [first] = broken;
  return {
    ...{ id: "identities.broken", parameters, value: broken.length, expected: 0, low: broken.length, high: broken.length, unit: "1" },
    ...(first === undefined ? { verdict: "pass" } : { verdict: "miss", reason: first }),
  };
}

function unique(rows: readonly Verdict[]): readonly Verdict[] {
  const ids = new Set<string>();
  for (const { id } of rows) {
    if (ids.has(id)) throw new Error(`two rows are called ${id}`);
    ids.add(id);
  }
  return rows;
}
