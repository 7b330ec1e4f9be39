/** What each backend says of itself, and what is said when one is not there. */
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import util from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import type { BackendKind, Import } from "../../../src/learn/backends/backend.ts";
import { BackendError, openBackend } from "../../../src/learn/backends/index.ts";
import { tensorflowFrom } from "../../../src/learn/backends/tensorflow.ts";
import { webgpuFrom } from "../../../src/learn/backends/webgpu.ts";

const refusal = (message: RegExp, hint: RegExp) => (error: unknown) =>
  error instanceof BackendError && message.test(error.message) && hint.test(error.hint);

const absent: Import = (name) =>
  Promise.reject(Object.assign(new Error(`Cannot find package '${name}' imported from here\nmore`), { code: "ERR_MODULE_NOT_FOUND" }));

describe("backends", () => {
  before(() => openBackend("cpu"));

  for (const [name, device] of [
    ["cpu", /^TensorFlow\.js 4\.22\.0, plain JavaScript, one thread$/],
    ["wasm", /^TensorFlow\.js 4\.22\.0, WebAssembly with SIMD, one thread$/],
  ] as const) {
    it(`${name} computes once it is open, and names its device`, async () => {
      const backend = await openBackend(name);
      assert.equal(backend.name, name);
      assert.match(backend.device, device);
      assert.equal(tf.getBackend(), name);
      assert.deepEqual([...tf.tidy(() => tf.add([1, 2], [3, 4]).dataSync())], [4, 6]);
    });
  }

  it("can be closed, and opened again", async () => {
    const first = await openBackend("wasm");
    const instance = tf.backend();
    first.close();
    await openBackend("wasm");
    assert.deepEqual([...tf.tidy(() => tf.matMul([[1, 2]], [[3], [4]]).dataSync())], [11]);
    assert.notEqual(tf.backend(), instance);
  });

  it("print nothing of their own", () => {
    const script =
      'const { openBackend } = await import("./dist/src/learn/backends/index.js"); for (const name of ["cpu", "wasm"]) await openBackend(name);';
    const use = 'const tf = await import("@tensorflow/tfjs-core"); tf.tensor1d([1]).dataSync();';
    const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", script + use], { encoding: "utf8" });
    assert.deepEqual([status, stdout, stderr], [0, "", ""]);
  });

  it("that do not exist are refused with the names of those that do", async () => {
    await assert.rejects(openBackend("cuda"), refusal(/no backend "cuda"/, /There are: wasm, cpu, webgpu, tensorflow\./));
    await assert.rejects(openBackend("toString"), refusal(/no backend "toString"/, /wasm/));
  });

  it("that are not installed say what to install", async () => {
    const kinds = { webgpu: webgpuFrom(absent), tensorflow: tensorflowFrom(absent) };
    await openBackend("cpu");
    await assert.rejects(openBackend("webgpu", kinds), refusal(/^webgpu is not installed$/, /npm install .*webgpu@/));
    await assert.rejects(
      openBackend("tensorflow", kinds),
      refusal(/^@tensorflow\/tfjs-node-gpu is not installed$/, /npm install .*tfjs-node-gpu@4\.22\.0.*CUDA/),
    );
    assert.equal(tf.getBackend(), "cpu");
  });

  it("that are installed but do not load say why", async () => {
    const broken: Import = () => Promise.reject(new Error("The Node.js native addon module (tfjs_binding.node) can not be found\nstack"));
    const kinds = { tensorflow: tensorflowFrom(broken) };
    await assert.rejects(
      openBackend("tensorflow", kinds),
      refusal(/does not load: The Node\.js native addon .* can not be found$/, /npm install/),
    );
  });

  it("do not take a package's own missing file for the package", async () => {
    const inner: Import = () => Promise.reject(Object.assign(new Error("Cannot find module 'long'"), { code: "MODULE_NOT_FOUND" }));
    await assert.rejects(
      openBackend("tensorflow", { tensorflow: tensorflowFrom(inner) }),
      refusal(/does not load: Cannot find module 'long'/, /npm/),
    );
  });

  it("webgpu without a GPU says so", async () => {
    const gpuless: Import = async () => ({ globals: {}, create: () => ({ requestAdapter: async () => null }) });
    await assert.rejects(openBackend("webgpu", { webgpu: webgpuFrom(gpuless) }), refusal(/no GPU that WebGPU can use/, /Vulkan driver/));
  });

  it("that cannot start are an error, not another backend", async () => {
    tf.registerBackend("webgpu", () => {
      throw new Error("no device");
    });
    const { warn } = console;
    console.warn = () => {};
    try {
      const dead: BackendKind = { name: "webgpu", load: async () => {}, device: () => "none" };
      await assert.rejects(openBackend("webgpu", { webgpu: dead }), refusal(/could not start its backend "webgpu"/, /printed above/));
    } finally {
      console.warn = warn;
      tf.removeBackend("webgpu");
      await openBackend("cpu");
    }
  });

  for (const isUsingGpuDevice of [true, false]) {
    it(`tensorflow ${isUsingGpuDevice ? "runs where CUDA does" : "refuses to compute on the processor"}, on any Node`, async () => {
      const fake = Object.assign(Object.create(tf.findBackend("cpu") as object), {
        isGPUPackage: true,
        isUsingGpuDevice,
        dispose: () => {},
      });
      const load: Import = async () => {
        // What the package calls while it works, which Node 23 no longer has.
        assert.equal((util as unknown as { isNullOrUndefined(value: unknown): boolean }).isNullOrUndefined(undefined), true);
        tf.registerBackend("tensorflow", () => fake);
      };
      try {
        const opened = openBackend("tensorflow", { tensorflow: tensorflowFrom(load) });
        if (isUsingGpuDevice) assert.equal((await opened).device, "TensorFlow.js 4.22.0, a CUDA GPU");
        else await assert.rejects(opened, refusal(/found no GPU that CUDA can use/, /CUDA 11\.2/));
      } finally {
        tf.removeBackend("tensorflow");
        await openBackend("cpu");
      }
    });
  }
});
