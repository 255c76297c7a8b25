#include "client/commands.hpp"

int main(int argc, char** argv) { return indaba::client::run_command_line(argc, argv); }
