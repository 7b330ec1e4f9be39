import type { BackendKind } from "./backend.ts";

/** Slow: the reference that the others are held against. */
export const cpu: BackendKind = {
  name: "cpu",
  load: async () => void (await import("@tensorflow/tfjs-backend-cpu")),
  device: () => "plain JavaScript, one thread",
};
