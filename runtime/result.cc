#include "runtime/result.h"

namespace waybill::runtime {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "waybill"; }
  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::closed: return "connection closed";
      case Errc::timeout: return "deadline passed";
      case Errc::refused: return "connection refused";
      case Errc::unreachable: return "unreachable";
      case Errc::limit_exceeded: return "limit exceeded";
      case Errc::fenced: return "journal is fenced after a failed write";
      case Errc::log_full: return "journal is full";
      case Errc::no_space: return "no space left on the disk";
      case Errc::temporary: return "temporary failure";
      case Errc::not_found: return "not found";
      case Errc::corrupt: return "corrupt data";
      case Errc::invalid: return "invalid input";
      case Errc::locked: return "held by another process";
      case Errc::would_block: return "not without waiting";
      case Errc::io_error: return "input/output error";
    }
    return "unknown error";
  }
};

}  // namespace

const boost::system::error_category& errc_category() noexcept {
  static const Category category;
  return category;
}

Error make_error_code(Errc e) noexcept { return {static_cast<int>(e), errc_category()}; }

Errc errc_of(const Error& error) noexcept {
  if (error.category() == errc_category()) return static_cast<Errc>(error.value());
  return Errc::io_error;
}

}  // namespace waybill::runtime
