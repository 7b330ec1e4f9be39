// The hold model on SimGrid: one actor a timer, each sleeping again and again.
// hold TABLE PENDING HOLDS CANCELS [--cfg=...]
#include "../cpp/driver.hpp"
#include <simgrid/s4u.hpp>
namespace sg4 = simgrid::s4u;

int main(int argc, char **argv) {
  sg4::Engine engine(&argc, argv);
  const auto table = readTable(argv[1]);
  const int64_t pending = atoll(argv[2]), holds = atoll(argv[3]), mask = table.size() - 1;
  auto *zone = sg4::create_full_zone("zone");
  auto *host = zone->create_host("host", 1.0);
  zone->seal();
  int64_t drawn = pending, done = 0;
  HoldAnswer answer;
  Watch watch;
  const auto timer = [&](int64_t id) {
    sg4::this_actor::sleep_for(firstDueS(table, id));
    if (done == 0) watch.start(); // the actors exist
    for (;;) {
      answer.idSum += id;
      answer.clockS = sg4::Engine::get_clock();
      if (++done == holds) {
        watch.stop();
        finish(watch, answer.json());
      }
      sg4::this_actor::sleep_for(table[drawn++ & mask]);
    }
  };
  for (int64_t id = 0; id < pending; id++) sg4::Actor::create("timer", host, [&timer, id] { timer(id); });
  engine.run();
  return 1; // finish() leaves
}
