#include "runtime/crowd.h"

namespace waybill::runtime {

void Crowd::serve(std::string_view name, Connection& connection, Task<void> talk) {
  if (closing_) return;
  add(name, connection, std::move(talk), served_);
}

void Crowd::turn_away(std::string_view name, Connection& connection, Task<void> talk) {
  if (closing_ || turned_away_ >= most_turned_away_) return;
  add(name, connection, std::move(talk), turned_away_);
}

void Crowd::add(std::string_view name, Connection& connection, Task<void> talk,
                std::size_t& count) {
  ++count;
  open_.insert(&connection);
  scope_.spawn(name, keep(connection, std::move(talk), count));
}

Task<void> Crowd::keep(Connection& connection, Task<void> talk, std::size_t& count) {
  co_await std::move(talk);
  // It went with its talk; only its place is left.
  open_.erase(&connection);
  --count;
}

void Crowd::close_all(const Connection* but) {
  closing_ = true;
  for (Connection* const connection : open_) {
    if (connection != but) connection->close();
  }
}

}  // namespace waybill::runtime
