/**
 * `record: { trace: true }`: every piece of work of every GPU, its watts and its clock, and faults, as a trace for people to look at.
 * A server is a process of the trace, a GPU a thread of its server. What it means: docs/serving.md.
 */
import type { Server } from "../world/cluster/server.ts";
import type { Recorder, Struck } from "../world/ports.ts";
import { Device } from "../world/serving/device.ts";
import { gpuName } from "../world/serving/model-kind.ts";
import type { World } from "../world/world.ts";
import { TraceFile } from "./trace-file.ts";

const NS_PER_S = 1e9;
const NS_PER_US = 1000;
const HZ_PER_MHZ = 1e6;

type Worked = Parameters<NonNullable<Recorder["replicaWorked"]>>[0];

/** A value of a GPU that is held back until its instant has passed: of several at one instant the last one counts. */
class Counter {
  readonly #write: (ns: number, value: number) => void;
  #writtenValue = Number.NaN;
  #ns = 0;
  #value = Number.NaN;

  constructor(write: (ns: number, value: number) => void) {
    this.#write = write;
  }

  set(ns: number, value: number): void {
    if (ns > this.#ns) this.#flush();
    this.#ns = ns;
    this.#value = value;
  }

  /** The value that holds at the end is told once more, so that it is drawn up to there. */
  end(ns: number): void {
    this.#flush();
    this.#write(ns, this.#value);
  }

  #flush(): void {
    if (this.#value === this.#writtenValue) return;
    this.#write(this.#ns, this.#value);
    this.#writtenValue = this.#value;
  }
}

interface Track {
  readonly tid: number;
  readonly watts: Counter;
  readonly megahertz: Counter;
}

export class TraceRecorder implements Recorder {
  readonly #file: TraceFile;
  readonly #world: World;
  readonly #engines: Readonly<Record<string, string>>;
  readonly #tracks = new Map<Device, Track>();
  /** Servers that have their name in the trace. */
  readonly #named = new Set<Server>();

  /** @param options.engines the engine's kind by workload */
  constructor(world: World, options: { readonly path: string; readonly engines: Readonly<Record<string, string>> }) {
    this.#engines = options.engines;
    this.#file = new TraceFile(options.path);
    this.#world = world;
    for (const [i, device] of world.devices.entries()) this.#addTrack(device, i);
    world.addRecorder(this);
  }

  replicaWorked({ unit: { name, service, classNames }, replica, work }: Worked, nowS: number): void {
    const startNs = nanoseconds(work.startS);
    const device = replica.devices[work.stage] as Device;
    this.#file.add({
      ph: "X",
      pid: this.#pid(device.server),
      tid: (this.#tracks.get(device) as Track).tid,
      name: work.kind,
      cat: name,
      ts: startNs / NS_PER_US,
      dur: (nanoseconds(nowS) - startNs) / NS_PER_US,
      args: {
        model: classNames[service.models.indexOf(replica.model)] as string,
        replica: replica.id,
        engine: this.#engines[name] as string,
        requests: work.requests,
        steps: work.steps,
        prompt_tokens: work.promptTokens,
        output_tokens: work.outputTokens,
      },
    });
  }

  devicePowerChanged(device: Device, nowS: number): void {
    const ns = nanoseconds(nowS);
    const { watts, megahertz } = this.#tracks.get(device) as Track;
    watts.set(ns, device.powerW);
    megahertz.set(ns, device.clockHz / HZ_PER_MHZ);
  }

  faultBegan(fault: string, struck: Struck, nowS: number): void {
    this.#instant(`${fault} begins`, struck, nowS);
  }

  faultEnded(fault: string, struck: Struck, nowS: number): void {
    this.#instant(`${fault} ends`, struck, nowS);
  }

  /** Call once, at the end of the run. @returns where the file is */
  close(about: { readonly scenario: string; readonly seed: number }): string {
    const { nowS } = this.#world.simulation;
    for (const unit of this.#world.servings) {
      for (const replica of unit.service.replicas) {
        for (const work of replica.underWay()) this.replicaWorked({ unit, replica, work }, nowS);
      }
    }
    const ns = nanoseconds(nowS);
    for (const { watts, megahertz } of this.#tracks.values()) {
      watts.end(ns);
      megahertz.end(ns);
    }
    this.#file.close(about);
    return this.#file.path;
  }

  #addTrack(device: Device, index: number): void {
    const { name, kindName } = device.options;
    const pid = this.#pid(device.server);
    const tid = this.#world.servers.length + 1 + index; // no thread has the number of a process
    const short = name.slice(name.lastIndexOf("/") + 1);
    const counter = (what: string, unit: string) =>
      new Counter((ns, value) => this.#file.add({ ph: "C", pid, name: `${short} ${what}`, ts: ns / NS_PER_US, args: { [unit]: value } }));
    this.#file.add({ ph: "M", pid, tid, name: "thread_name", args: { name: `${short} (${gpuName(kindName)})` } });
    this.#tracks.set(device, { tid, watts: counter("power", "W"), megahertz: counter("clock", "MHz") });
    this.devicePowerChanged(device, 0);
  }

  #instant(name: string, struck: Struck, nowS: number): void {
    const moment = { ph: "i", name, cat: "fault", ts: nanoseconds(nowS) / NS_PER_US } as const;
    if (struck instanceof Device)
      this.#file.add({ ...moment, pid: this.#pid(struck.server), tid: (this.#tracks.get(struck) as Track).tid, s: "t" });
    else this.#file.add({ ...moment, pid: this.#pid(struck), s: "p" });
  }

  #pid(server: Server): number {
    const pid = server.id + 1; // viewers take process 0 for the machine's own
    if (!this.#named.has(server)) {
      this.#named.add(server);
      this.#file.add({ ph: "M", pid, name: "process_name", args: { name: server.options.name } });
    }
    return pid;
  }
}

/** Viewers count whole nanoseconds. Rounded so, pieces that follow each other still do: none ends after the next begins. */
const nanoseconds = (timeS: number): number => Math.round(timeS * NS_PER_S);
