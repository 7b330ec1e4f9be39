"""A station of CORES on SimPy 2.3 (Debian's package, with the old interface), first come first served, customers from a file.

queue.py FILE CUSTOMERS CORES fcfs OUT
"""
import sys

from driver import Watch, read_rows, write_finishes
from SimPy.Simulation import Process, Resource, Simulation, hold, release, request

count, cores = int(sys.argv[2]), int(sys.argv[3])
arrival_s, work_s = read_rows(sys.argv[1], count)
finish_s = [0.0] * count
simulation = Simulation()
simulation.initialize()
station = Resource(capacity=cores, sim=simulation)


class Customer(Process):
    def visit(self, i):
        yield request, self, station
        yield hold, self, work_s[i]
        yield release, self, station
        finish_s[i] = simulation.now()


class Source(Process):
    def run(self):
        for i in range(count):
            yield hold, self, arrival_s[i] - simulation.now()
            customer = Customer(sim=simulation)
            simulation.activate(customer, customer.visit(i))


source = Source(sim=simulation)
simulation.activate(source, source.run())
watch = Watch()
watch.start()
simulation.simulate(until=1e300)
watch.stop()
write_finishes(sys.argv[5], finish_s)
watch.report()
