import * as tf from "@tensorflow/tfjs-core";
import { BackendError, type BackendKind, type Import, importModule, importOptional } from "./backend.ts";

/** The part of npm's `webgpu` (Dawn) that is used. */
interface Dawn {
  create(options: readonly string[]): Gpu;
  readonly globals: object;
}
interface Gpu {
  requestAdapter(options?: object): Promise<{ readonly info: AdapterInfo } | null>;
}
interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** True for software that stands in for a GPU. */
  readonly isFallbackAdapter?: boolean;
}

const INSTALL = "npm install @tensorflow/tfjs-backend-webgpu@4.22.0 webgpu@0.6.2";
const NO_ADAPTER =
  "Install the GPU's Vulkan driver (Metal and Direct3D come with the system), or name a software one's file in VK_ICD_FILENAMES.";

export const webgpu: BackendKind = webgpuFrom(importModule);

/** @param load finds the two packages */
export function webgpuFrom(load: Import): BackendKind {
  let info: AdapterInfo | undefined;
  return {
    name: "webgpu",
    async load() {
      const { create, globals } = (await importOptional("webgpu", INSTALL, load)) as Dawn;
      const gpu = create([]);
      info = (await gpu.requestAdapter({ powerPreference: "high-performance" }))?.info;
      if (info === undefined) throw new BackendError("there is no GPU that WebGPU can use", NO_ADAPTER);
      // TensorFlow.js looks for a browser's names while it loads. Node 20 has no `navigator`, later ones have one without a GPU.
      Object.assign(globalThis, globals);
      const navigator = (globalThis as { navigator?: object }).navigator ?? { userAgent: "Node.js" };
      Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
      Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
      await importOptional("@tensorflow/tfjs-backend-webgpu", INSTALL, load);
      if (tf.engine().registryFactory.webgpu === undefined) throw new BackendError("TensorFlow.js did not take the GPU", INSTALL);
    },
    device() {
      if (info === undefined) throw new Error("webgpu is not loaded");
      const { vendor, architecture, device, description, isFallbackAdapter } = info;
      const words = [vendor, architecture, device, description].filter((word) => word !== "");
      return `${[...new Set(words)].join(" ")}${isFallbackAdapter === true ? ", in software" : ""}`;
    },
  };
}
