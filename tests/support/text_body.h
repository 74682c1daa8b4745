// TextBody: a message's body from a string, in pieces of a size that the test chooses.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "relay/trust/dkim/body_source.h"

namespace waybill::tests {

class TextBody final : public relay::trust::dkim::BodySource {
 public:
  explicit TextBody(std::string text, std::size_t piece = std::string::npos)
      : text_(std::move(text)), piece_(piece) {}

  runtime::Task<runtime::Result<std::string_view>> next() override {
    const std::string_view octets = std::string_view(text_).substr(at_, piece_);
    at_ += octets.size();
    ++asked_;
    co_return octets;
  }

  std::size_t asked() const { return asked_; }

 private:
  std::string text_;
  std::size_t piece_;
  std::size_t at_ = 0;
  std::size_t asked_ = 0;
};

}  // namespace waybill::tests
