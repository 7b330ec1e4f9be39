/**
 * The backends of TensorFlow.js behind one name. A process uses one of them: the tensors of one are not those of another.
 * Whoever imports this module loads TensorFlow.js, so commands that do not train must not.
 */
import * as tf from "@tensorflow/tfjs-core";
import { BACKEND_NAMES, type Backend, BackendError, type BackendKind, type BackendName } from "./backend.ts";
import { cpu } from "./cpu.ts";
import { tensorflow } from "./tensorflow.ts";
import { wasm } from "./wasm.ts";
import { webgpu } from "./webgpu.ts";

export { BACKEND_NAMES, type Backend, BackendError, type BackendName, DEFAULT_BACKEND } from "./backend.ts";

export const BACKENDS: Readonly<Record<BackendName, BackendKind>> = { wasm, cpu, webgpu, tensorflow };

/**
 * Makes the named backend the one that computes.
 * @param kinds tests give others
 * @throws {BackendError} if it is not there: nothing else is used instead
 */
export async function openBackend(name: string, kinds: Readonly<Record<string, BackendKind>> = BACKENDS): Promise<Backend> {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined) throw new BackendError(`there is no backend "${name}"`, `There are: ${BACKEND_NAMES.join(", ")}.`);
  tf.enableProdMode(); // or it advertises its other packages on the console
  await import("#tfjs-gradients");
  await kind.load();
  if (!(await tf.setBackend(kind.name))) {
    throw new BackendError(`TensorFlow.js could not start its backend "${kind.name}"`, "What it printed above says why.");
  }
  const close = (): void => {
    const factory = tf.findBackendFactory(kind.name);
    tf.removeBackend(kind.name); // with its factory, which a package registers only once
    tf.registerBackend(kind.name, factory);
  };
  return { name: kind.name, device: `TensorFlow.js ${tf.version_core}, ${await kind.device()}`, close };
}
