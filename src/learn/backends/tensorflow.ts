import util from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { BackendError, type BackendKind, type Import, importModule, importOptional } from "./backend.ts";

const PACKAGE = "@tensorflow/tfjs-node-gpu";
const INSTALL = "npm install --no-save @tensorflow/tfjs-node-gpu@4.22.0; it needs CUDA 11.2, cuDNN 8.1 and a network to fetch its library";

/** The part of TensorFlow's backend that tells what it computes on. */
interface NodeBackend {
  readonly isGPUPackage: boolean;
  readonly isUsingGpuDevice: boolean;
}

export const tensorflow: BackendKind = tensorflowFrom(importModule);

/** @param load finds the package */
export function tensorflowFrom(load: Import): BackendKind {
  return {
    name: "tensorflow",
    async load() {
      // The package still calls what Node 23 took away; mended upstream, never released.
      (util as { isNullOrUndefined?: (value: unknown) => boolean }).isNullOrUndefined ??= (value) => value === null || value === undefined;
      await importOptional(PACKAGE, INSTALL, load);
    },
    device() {
      // Without a usable GPU the library computes on the processor and says so only in its log.
      const { isGPUPackage, isUsingGpuDevice } = tf.backend() as unknown as NodeBackend;
      if (!(isGPUPackage && isUsingGpuDevice)) throw new BackendError(`${PACKAGE} found no GPU that CUDA can use`, INSTALL);
      return "a CUDA GPU";
    },
  };
}
