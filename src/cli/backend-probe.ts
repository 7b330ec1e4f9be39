/** Opens the backend named on the command line and prints its device, or why there is none: in a process of its own, since GPU drivers crash. */
import { BackendError, openBackend } from "../learn/backends/index.ts";

try {
  const backend = await openBackend(process.argv[2] ?? "");
  process.stdout.write(backend.device);
  backend.close();
} catch (error) {
  if (!(error instanceof BackendError)) throw error;
  process.stdout.write(`${error.message}: ${error.hint}`);
}
process.exit(0); // a GPU's driver keeps threads
