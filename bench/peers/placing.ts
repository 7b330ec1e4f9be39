/** Placement by brute force: look at the hosts one after the other. No index, no event queue. */
import type { Rows } from "./inputs.ts";

export const CORES_PER_HOST = 16;
export const CORES_PER_VM = 4;

export interface Fleet {
  readonly hostCount: number;
  readonly vmCount: number;
  readonly taskCount: number;
}

/** Where each VM or job went, and when each task or job ended. */
export interface Placement {
  /** FNV-1a over the host of each, in order. */
  readonly mapHash: string;
  readonly makespanS: number;
  readonly finishSumS: number;
}

export function placementOf(hosts: ArrayLike<number>, finishS: Float64Array): Placement {
  let hash = 0x811c9dc5;
  for (let i = 0; i < hosts.length; i++) hash = Math.imul(hash ^ (hosts[i] as number), 0x01000193);
  const sorted = finishS.toSorted(); // one order of addition, whatever the order of ends
  return {
    mapHash: (hash >>> 0).toString(16).padStart(8, "0"),
    makespanS: sorted.at(-1) as number,
    finishSumS: sorted.reduce((sum, s) => sum + s, 0),
  };
}

class Hosts {
  readonly #freeCores: Int32Array;

  constructor(count: number) {
    this.#freeCores = new Int32Array(count).fill(CORES_PER_HOST);
  }

  /** Takes four cores of the first host that has them; -1 if none has. */
  take(): number {
    for (let host = 0; host < this.#freeCores.length; host++) {
      if ((this.#freeCores[host] as number) < CORES_PER_VM) continue;
      this.#freeCores[host] = (this.#freeCores[host] as number) - CORES_PER_VM;
      return host;
    }
    return -1;
  }

  give(host: number): void {
    this.#freeCores[host] = (this.#freeCores[host] as number) + CORES_PER_VM;
  }
}

/** VMs of four cores, each on the first host that has room; tasks go to the VMs in turn, and each VM serves four at a time in order. */
export function placeVms({ hostCount, vmCount }: Fleet, { arrivalS, workS }: Rows): Placement {
  const hosts = new Hosts(hostCount);
  const hostOf = Int32Array.from({ length: vmCount }, () => hosts.take());
  const freeAtS = new Float64Array(vmCount * CORES_PER_VM);
  const finishS = arrivalS.map((nowS, task) => {
    const first = (task % vmCount) * CORES_PER_VM;
    let core = first;
    for (let k = first; k < first + CORES_PER_VM; k++) if ((freeAtS[k] as number) < (freeAtS[core] as number)) core = k;
    freeAtS[core] = Math.max(nowS, freeAtS[core] as number) + (workS[task] as number);
    return freeAtS[core] as number;
  });
  return placementOf(hostOf, finishS);
}

/** Tasks as jobs of four cores, first come first served, each on the first host that has room once it is its turn. */
export function placeJobs({ hostCount }: Fleet, { arrivalS, workS }: Rows): Placement {
  const hosts = new Hosts(hostCount);
  const hostOf = new Int32Array(arrivalS.length);
  const running: { readonly host: number; readonly endS: number }[] = []; // falling, so the next to end is last
  let nowS = 0;
  const endUntil = (timeS: number): void => {
    while ((running.at(-1)?.endS ?? Infinity) <= timeS) hosts.give((running.pop() as { host: number }).host);
  };
  const finishS = arrivalS.map((arrivesS, job) => {
    nowS = Math.max(nowS, arrivesS);
    endUntil(nowS);
    let host = hosts.take();
    while (host < 0) {
      nowS = (running.at(-1) as { endS: number }).endS;
      endUntil(nowS);
      host = hosts.take();
    }
    hostOf[job] = host;
    const endS = nowS + (workS[job] as number);
    let [low, high] = [0, running.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((running[middle] as { endS: number }).endS > endS) low = middle + 1;
      else high = middle;
    }
    running.splice(low, 0, { host, endS });
    return endS;
  });
  return placementOf(hostOf, finishS);
}
