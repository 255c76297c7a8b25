// The figures that the project promises, each as a ratio against a yardstick of the same run: see README.md.
#include <benchmark/benchmark.h>

BENCHMARK_MAIN();
