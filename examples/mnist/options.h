// The command line of the example.
#pragma once

#include <cstdint>
#include <string>

struct Options {
  std::string model = "mlp";
  int64_t epochs = 5;
  int64_t batch = 128;
  double lr = 1e-3;
  uint64_t seed = 1;
  int threads = 0;        // 0: all processors
  std::string data;       // a folder of MNIST files; empty: digits are drawn
  int64_t train = 60000;  // images drawn to train on
  int64_t test = 10000;   // images drawn to test with
};

// Ends the program for --help and for arguments that it cannot take.
Options parse_options(int argc, char** argv);
