// What every C++ driver needs: the inputs, two clocks, and the line of JSON that the runner reads.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

inline double clockS(clockid_t id) {
  timespec now;
  clock_gettime(id, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

struct Watch {
  double cpuS = 0, wallS = 0;
  void start() {
    cpuS = -clockS(CLOCK_PROCESS_CPUTIME_ID);
    wallS = -clockS(CLOCK_MONOTONIC);
  }
  void stop() {
    cpuS += clockS(CLOCK_PROCESS_CPUTIME_ID);
    wallS += clockS(CLOCK_MONOTONIC);
  }
};

/// Prints times, peak memory and `answers` (members of a JSON object), and leaves: destructors are not what is measured.
inline void finish(const Watch &watch, const std::string &answers) {
  long peakKib = 0; // not getrusage: there a child starts with the peak of its parent
  FILE *status = fopen("/proc/self/status", "r");
  for (char line[256]; status != nullptr && fgets(line, sizeof line, status) != nullptr;)
    if (sscanf(line, "VmHWM: %ld", &peakKib) == 1) break;
  printf("{\"loopCpuS\":%.6f,\"loopWallS\":%.6f,\"processCpuS\":%.6f,\"peakKib\":%ld%s}\n", watch.cpuS, watch.wallS,
         clockS(CLOCK_PROCESS_CPUTIME_ID), peakKib, answers.c_str());
  fflush(stdout);
  _Exit(0);
}

inline FILE *opened(const char *path, const char *mode) {
  FILE *file = fopen(path, mode);
  if (file == nullptr) {
    perror(path);
    exit(1);
  }
  return file;
}

/// The table of increments: one number a line.
inline std::vector<double> readTable(const char *path) {
  std::vector<double> table;
  FILE *file = opened(path, "r");
  for (double value; fscanf(file, "%lf", &value) == 1;) table.push_back(value);
  fclose(file);
  return table;
}

/// When timer `id` is first due; the fraction keeps equal sums of increments apart.
inline double firstDueS(const std::vector<double> &table, int64_t id) { return table[id & (table.size() - 1)] + id / 1073741824.0; }

struct HoldAnswer {
  uint32_t idSum = 0;
  double clockS = 0;
  std::string json() const {
    char text[96];
    snprintf(text, sizeof text, ",\"clockS\":%.17g,\"idSum\":%u", clockS, idSum);
    return text;
  }
};
