/** A thread's entry: plays lanes of environments. A fixed file of its own, in the bundle too. */
import { serveLanes } from "../learn/lane-threads.ts";
import { type EnvSource, envOf } from "../scenario/env-source.ts";

serveLanes((source) => envOf(source as EnvSource));
