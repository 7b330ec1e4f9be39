// The hold model on std::priority_queue: no clock, no cancel, no handlers. The ceiling, not a simulator.
// hold TABLE PENDING HOLDS CANCELS; with cancels, a cancelled timeout stays in the queue until it comes up.
#include "driver.hpp"
#include <queue>

struct Event {
  double timeS;
  uint64_t seq;
  int64_t id; // timers count from 0, timeouts from -1 downwards
  bool operator<(const Event &other) const { return timeS > other.timeS || (timeS == other.timeS && seq > other.seq); }
};

int main(int, char **argv) {
  const auto table = readTable(argv[1]);
  const int64_t pending = atoll(argv[2]), holds = atoll(argv[3]);
  const bool cancels = argv[4][0] == '1';
  const int64_t mask = table.size() - 1, timeouts = 256;
  std::priority_queue<Event> queue;
  std::vector<uint64_t> live(timeouts, 0);
  uint64_t seq = 1;
  for (int64_t id = 0; id < pending; id++) queue.push({firstDueS(table, id), seq++, id});
  int64_t drawn = pending;
  HoldAnswer answer;
  Watch watch;
  watch.start();
  for (int64_t done = 0; done < holds;) {
    const Event event = queue.top();
    queue.pop();
    if (event.id < 0) {
      if (live[-1 - event.id] == event.seq) abort(); // no timeout may ever fire
      continue;
    }
    answer.idSum += event.id;
    answer.clockS = event.timeS;
    queue.push({event.timeS + table[drawn++ & mask], seq++, event.id});
    if (cancels && done % 10 < 3) {
      const int64_t slot = (done / 10 * 3 + done % 10) % timeouts;
      live[slot] = seq;
      queue.push({event.timeS + 10, seq++, -1 - slot});
    }
    done++;
  }
  watch.stop();
  finish(watch, answer.json());
}
