import type { BackendKind } from "./backend.ts";

export const cpu: BackendKind = {
  name: "cpu",
  doc: "plain JavaScript: slow, the reference that the others are held against",
  load: async () => void (await import("@tensorflow/tfjs-backend-cpu")),
  device: () => "plain JavaScript, one thread",
};
