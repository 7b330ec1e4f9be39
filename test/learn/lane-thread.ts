/** A thread's entry for tests. */
import { serveLanes } from "../../src/learn/lane-threads.ts";
import { makeFaulty } from "./faulty.ts";

serveLanes(makeFaulty);
