/** What trains networks: TensorFlow.js on a processor or a GPU, behind one name. */

export const BACKEND_NAMES = ["wasm", "cpu", "webgpu", "tensorflow"] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

export const DEFAULT_BACKEND: BackendName = "wasm";

/** A backend in use. */
export interface Backend {
  readonly name: BackendName;
  /** What computes, in words, for logs and `meta.json`. */
  readonly device: string;
  /** Lets go of the device and of all tensors. Without it some GPU drivers crash while the process ends. */
  close(): void;
}

/** How one backend comes to be. */
export interface BackendKind {
  readonly name: BackendName;
  /** Loads the packages, which register themselves with TensorFlow.js. @throws {BackendError} if one is not there. */
  load(): Promise<void>;
  /** What computes, once it is the backend in use. @throws {BackendError} if that is not what the name promises. */
  device(): string | Promise<string>;
}

/** The backend asked for cannot be used on this machine; no other is taken in its place. */
export class BackendError extends Error {
  /** What to do about it. */
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** Loads a module by its name; tests give another. */
export type Import = (name: string) => Promise<unknown>;

export const importModule: Import = (name) => import(name);

/** @throws {BackendError} that says how to install the package, or why the one installed does not load */
export async function importOptional(name: string, install: string, load: Import): Promise<unknown> {
  try {
    return await load(name);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const absent = (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") && message.includes(`'${name}'`);
    const [first = ""] = message.split("\n");
    throw new BackendError(absent ? `${name} is not installed` : `${name} does not load: ${first}`, install);
  }
}
