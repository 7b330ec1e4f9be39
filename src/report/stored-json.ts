import { StoredResultError } from "./series-json.ts";

/** What a stored file says. @param file its name, for the message @throws {StoredResultError} unless it is JSON */
export function storedJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new StoredResultError(`${file} is damaged: ${error.message}`);
    throw error;
  }
}
