// A database that finds itself a copy, or put back from one, goes on in new journals before anything is written: what
// it says of itself, what stands beside it in `life.json`, and which file it is must agree. One thread. Deliberately
// not: copies that agree in all three, which the first contact with the centre finds.
#pragma once

#include "client/home.hpp"
#include "sync/own_journal.hpp"
#include "sync/store/store.hpp"

namespace indaba::client {

/// What cannot be looked at or written down now is left to the first contact: no reason to stop anybody. A false alarm
/// costs a new journal in each space and nothing else.
void check_life(const Home& home, sync::store::ReplicaStore& store, const sync::ReplicaPorts& ports);

/// How much was written by now: a database with less in it is one from before.
void note_written(const Home& home, sync::store::ReplicaStore& store);

}  // namespace indaba::client
