/** What prompts look like, by kind: one line adds one. */
import { registry } from "../../base/plugin.ts";
import { synthetic } from "./synthetic.ts";

export type { Prompts } from "./prompts.ts";

export const promptKinds = registry("prompts", [synthetic] as const);
export const promptsSchema = synthetic.schema;
export type PromptsSpec = Parameters<typeof synthetic.create>[0];
export const makePrompts = synthetic.create;
