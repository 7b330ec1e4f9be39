import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import type { BackendKind } from "./backend.ts";
import { replaceMatMul } from "./wasm-mat-mul.ts";

export const wasm: BackendKind = {
  name: "wasm",
  async load() {
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    setWasmPaths(fileURLToPath(new URL(".", import.meta.resolve("@tensorflow/tfjs-backend-wasm"))));
    replaceMatMul();
  },
  async device() {
    const hasSimd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
    return `WebAssembly ${hasSimd ? "with" : "without"} SIMD, one thread`;
  },
};
