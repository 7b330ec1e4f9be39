"""The hold model on SimPy 2.3 (Debian's package, with the old interface): one process a timer.

hold.py TABLE PENDING HOLDS CANCELS
"""
import sys

from driver import Watch, first_due_s, read_table
from SimPy.Simulation import Process, Simulation, hold

table = read_table(sys.argv[1])
pending, holds, cancels = int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "1"
mask, timeout_count, timeout_s = len(table) - 1, 256, 10
simulation = Simulation()
simulation.initialize()
drawn, done, id_sum = pending, 0, 0


class Timeout(Process):
    def run(self):
        yield hold, self, timeout_s
        raise RuntimeError("no timeout may ever fire")


class Timer(Process):
    def run(self, timer):
        global drawn, done, id_sum
        while True:
            id_sum += timer
            if cancels and done % 10 < 3:
                slot = (done // 10 * 3 + done % 10) % timeout_count
                simulation.reactivate(timeouts[slot], delay=timeout_s)
            done += 1
            if done == holds:
                simulation.stopSimulation()
            delay_s = table[drawn & mask]
            drawn += 1
            yield hold, self, delay_s


timeouts = []
if cancels:
    for _ in range(timeout_count):
        timeout = Timeout(sim=simulation)
        simulation.activate(timeout, timeout.run())
        timeouts.append(timeout)
for i in range(pending):
    timer = Timer(sim=simulation)
    simulation.activate(timer, timer.run(i), at=first_due_s(table, i))
watch = Watch()
watch.start()
simulation.simulate(until=1e300)
watch.stop()
watch.report(clockS=simulation.now(), idSum=id_sum & 0xFFFFFFFF)
