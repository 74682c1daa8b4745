#include "relay/trust/dkim/body_hash.h"

#include <algorithm>

#include "runtime/check.h"

namespace waybill::relay::trust::dkim {

struct BodyHashes::Length {
  SignedLength asked;
  std::uint64_t left = 0;  // octets that are still hashed; of no meaning where all are
  runtime::Sha256 hash;
  runtime::Digest digest{};
};

class BodyHashes::OneForm final : public CanonicalSink {
 public:
  explicit OneForm(Form form) : body_(form, *this) { buffer_.reserve(kBuffered); }

  void ask(SignedLength length) {
    if (find(length) == nullptr) lengths_.push_back({length, length.value_or(0), {}, {}});
  }

  void take(std::string_view piece) { body_.take(piece); }

  void end() {
    body_.end();
    flush();
    for (Length& one : lengths_) one.digest = one.hash.finish();
  }

  // To begin a round of the hash takes longer than to copy the words of a line.
  void put(std::string_view octets) override {
    octets_ += octets.size();
    if (buffer_.size() + octets.size() > kBuffered) flush();
    if (octets.size() >= kBuffered) {
      hash(octets);
    } else {
      buffer_.append(octets);
    }
  }

  Hash hash_of(SignedLength length) const {
    const Length* one = find(length);
    runtime::check(one != nullptr, "a body hash is asked for before the body");
    return {one->digest, octets_};
  }

 private:
  static constexpr std::size_t kBuffered = 4096;  // octets

  const Length* find(SignedLength length) const {
    const auto at = std::find_if(lengths_.begin(), lengths_.end(),
                                 [&](const Length& one) { return one.asked == length; });
    return at == lengths_.end() ? nullptr : &*at;
  }

  void flush() {
    hash(buffer_);
    buffer_.clear();
  }

  void hash(std::string_view octets) {
    for (Length& one : lengths_) {
      if (!one.asked) {
        one.hash.update(octets);
        continue;
      }
      const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(one.left, octets.size()));
      one.hash.update(octets.substr(0, now));
      one.left -= now;
    }
  }

  CanonicalBody body_;
  std::vector<Length> lengths_;
  std::uint64_t octets_ = 0;
  std::string buffer_;
};

BodyHashes::BodyHashes() = default;
BodyHashes::~BodyHashes() = default;

BodyHashes::OneForm& BodyHashes::of(Form form) const {
  const auto& one = forms_[static_cast<std::size_t>(form)];
  runtime::check(one != nullptr, "a body hash is asked for before the body");
  return *one;
}

void BodyHashes::ask(Form form, SignedLength length) {
  auto& one = forms_[static_cast<std::size_t>(form)];
  if (one == nullptr) one = std::make_unique<OneForm>(form);
  one->ask(length);
}

void BodyHashes::take(std::string_view piece) {
  for (const auto& one : forms_) {
    if (one != nullptr) one->take(piece);
  }
}

void BodyHashes::end() {
  for (const auto& one : forms_) {
    if (one != nullptr) one->end();
  }
}

BodyHashes::Hash BodyHashes::hash(Form form, SignedLength length) const {
  return of(form).hash_of(length);
}

}  // namespace waybill::relay::trust::dkim
