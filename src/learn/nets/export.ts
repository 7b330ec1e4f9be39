/** Weights out of a network in training, for those who act by them. */
import type { Architecture } from "./architecture.ts";
import type { AgentWeights } from "./inference.ts";
import type { Network } from "./network.ts";

/** Of each agent. */
export async function exportWeights<A extends Architecture>(network: Network<A>): Promise<readonly AgentWeights<A>[]> {
  const weights = await exportRows(network);
  const statistics = network.statistics && ((await network.statistics.data()) as Float32Array);
  return weights.map((row, agent) => ({
    architecture: network.architecture,
    weights: row,
    statistics: statistics === undefined ? new Float32Array(0) : sliceRow(statistics, agent, network.population),
  }));
}

/** The trained numbers of each agent. */
export async function exportRows({ weights, population }: Network): Promise<readonly Float32Array[]> {
  const data = (await weights.data()) as Float32Array;
  return Array.from({ length: population }, (_, agent) => sliceRow(data, agent, population));
}

function sliceRow(rows: Float32Array, agent: number, population: number): Float32Array {
  const size = rows.length / population;
  return rows.slice(agent * size, (agent + 1) * size);
}
