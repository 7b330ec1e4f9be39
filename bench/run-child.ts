/** An M/M/8 of so many requests, from the scenario file to the metrics. */
import { printCost } from "./child.ts";
import { stationScenario } from "./run.ts";
import { play } from "./scenario.ts";

await printCost(async (input) => {
  await play(stationScenario(8, (input as { requests: number }).requests), 1);
});
