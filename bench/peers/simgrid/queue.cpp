// A station of CORES on SimGrid, customers from a file: an actor each. First come first served is a semaphore of CORES and a
// sleep; sharing is execution on a host of CORES.
// queue FILE CUSTOMERS CORES fcfs|ps OUT [--cfg=...]
#include "../cpp/driver.hpp"
#include <simgrid/s4u.hpp>
namespace sg4 = simgrid::s4u;

int main(int argc, char **argv) {
  sg4::Engine engine(&argc, argv);
  const size_t customers = atoll(argv[2]);
  const int cores = atoi(argv[3]);
  const bool shares = strcmp(argv[4], "ps") == 0;
  std::vector<double> arrivalS(customers), workS(customers), finishS(customers);
  FILE *in = opened(argv[1], "r");
  if (fscanf(in, "%*[^\n]") != 0) return 1;
  for (size_t i = 0; i < customers; i++)
    if (fscanf(in, "%lf,%lf", &arrivalS[i], &workS[i]) != 2) return 1;
  fclose(in);
  auto *zone = sg4::create_full_zone("zone");
  auto *host = zone->create_host("host", 1.0)->set_core_count(cores);
  zone->seal();
  auto free = sg4::Semaphore::create(cores);
  const auto customer = [&](size_t i) {
    if (shares) {
      sg4::this_actor::execute(workS[i]);
    } else {
      free->acquire();
      sg4::this_actor::sleep_for(workS[i]);
      free->release();
    }
    finishS[i] = sg4::Engine::get_clock();
  };
  sg4::Actor::create("source", host, [&] {
    for (size_t i = 0; i < customers; i++) {
      sg4::this_actor::sleep_until(arrivalS[i]);
      sg4::Actor::create("customer", host, [&customer, i] { customer(i); });
    }
  });
  Watch watch;
  watch.start();
  engine.run();
  watch.stop();
  FILE *out = opened(argv[5], "wb");
  fwrite(finishS.data(), sizeof(double), customers, out);
  fclose(out);
  finish(watch, "");
}
