#include "options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

Options parse_options(int argc, char** argv) {
  Options options;
  CLI::App app("Trains a small network to read handwritten digits.");
  app.option_defaults()->always_capture_default();
  app.add_option("--model", options.model, "the network: mlp is 784-512-512-10")
      ->check(CLI::IsMember({"mlp"}));
  app.add_option("--epochs", options.epochs, "passes through the training images")
      ->check(CLI::Range(1, 1000000));
  app.add_option("--batch", options.batch, "images a step")->check(CLI::Range(1, 1000000));
  app.add_option("--lr", options.lr, "Adam's learning rate")->check(CLI::NonNegativeNumber);
  app.add_option("--seed", options.seed, "of the weights, the order and the drawn digits");
  app.add_option("--threads", options.threads, "threads that compute; 0 takes all processors")
      ->check(CLI::Range(0, 4096));
  app.add_option("--data", options.data,
                 "folder of MNIST's files, gzipped or not; none: digits are drawn");
  app.add_option("--train", options.train, "drawn images to train on")
      ->check(CLI::Range(1, 10000000));
  app.add_option("--test", options.test, "drawn images to test with")
      ->check(CLI::Range(1, 10000000));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  return options;
}
