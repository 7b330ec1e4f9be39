/** Reference tasks as `list tasks` shows them: what is observed and done, with bounds. */
import { z } from "zod";
import { rangeOf, type Space } from "../learn/spaces.ts";
import type { Task } from "../learn/tasks/task.ts";
import type { Listed } from "./engine.ts";

const NO_OPTIONS = z.strictObject({});

export function listedTask(task: Task): Listed {
  const { id: kind, doc } = task;
  return { kind, doc, schema: NO_OPTIONS, more: task.form === "single" ? aloneText(task) : togetherText(task) };
}

function aloneText({ create, stepsMax, heuristics = {} }: Extract<Task, { readonly form: "single" }>): string {
  const { observationSpace, actionSpace, masked } = create();
  const limit = stepsMax === undefined ? [] : [`at most ${stepsMax} steps`];
  const kinds = Object.keys(heuristics);
  return [
    `observes ${slotsText(observationSpace)}`,
    `acts by ${slotsText(actionSpace)}${masked ? ", masked" : ""}`,
    ...limit,
    ...(kinds.length === 0 ? [] : [`heuristics: ${kinds.join(", ")}`]),
  ].join("; ");
}

function togetherText({ create, form }: Exclude<Task, { readonly form: "single" }>): string {
  const { agents } = create();
  const each = agents.map(({ name, observationSpace, actionSpace }) => {
    return `${name} observes ${slotsText(observationSpace)}, acts by ${slotsText(actionSpace)}`;
  });
  return `${agents.length} agents, ${form === "team" ? "all at once" : "in turns"}: ${each.join("; ")}`;
}

function slotsText(space: Space): string {
  const texts = space.slots.map((slot, i) => {
    return slot.kind === "choice" ? `${slot.name} (one of ${slot.count})` : `${slot.name} ${shortened(rangeOf(space, i))}`;
  });
  return texts.join(", ");
}

/** Four digits tell enough: pi needs no more. */
function shortened(range: string): string {
  return range.replaceAll(/\d+\.\d+/g, (digits) => `${Number(Number(digits).toPrecision(4))}`);
}
