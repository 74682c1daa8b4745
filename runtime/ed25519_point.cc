#include "runtime/ed25519_point.h"

#include <openssl/bn.h>

#include <string>

#include "runtime/check.h"
#include "runtime/owned_key.h"
#include "runtime/public_key.h"

namespace waybill::runtime {
namespace {

// Numbers modulo p = 2^255 - 19 (RFC 8032 5.1).
class PrimeField {
 public:
  PrimeField() : context_(BN_CTX_new()) {
    BIGNUM* prime = nullptr;
    BN_hex2bn(&prime, "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");
    prime_.reset(prime);
    check(context_ != nullptr && prime_ != nullptr, "OpenSSL has memory");
  }

  const BIGNUM* prime() const { return prime_.get(); }

  Owned<BIGNUM> product(const BIGNUM* a, const BIGNUM* b) {
    auto out = fresh();
    check(BN_mod_mul(out.get(), a, b, prime(), context_.get()) == 1, "OpenSSL has memory");
    return out;
  }
  Owned<BIGNUM> sum(const BIGNUM* a, const BIGNUM* b) {
    auto out = fresh();
    check(BN_mod_add(out.get(), a, b, prime(), context_.get()) == 1, "OpenSSL has memory");
    return out;
  }
  Owned<BIGNUM> difference(const BIGNUM* a, const BIGNUM* b) {
    auto out = fresh();
    check(BN_mod_sub(out.get(), a, b, prime(), context_.get()) == 1, "OpenSSL has memory");
    return out;
  }
  // The square of a number that is not 0.
  bool is_square(const BIGNUM* a) { return BN_kronecker(a, prime(), context_.get()) == 1; }

 private:
  static Owned<BIGNUM> fresh() {
    Owned<BIGNUM> out(BN_new());
    check(out != nullptr, "OpenSSL has memory");
    return out;
  }

  Owned<BN_CTX> context_;
  Owned<BIGNUM> prime_;
};

// -121665/121666 (RFC 8032 5.1).
Owned<BIGNUM> edwards_d() {
  BIGNUM* d = nullptr;
  BN_hex2bn(&d, "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3");
  return Owned<BIGNUM>(d);
}

}  // namespace

bool is_ed25519_point(std::string_view octets) {
  if (octets.size() != kEd25519Octets) return false;
  // The last bit is the sign of x, which both points of one y have alike in what follows.
  std::string low_first(octets);
  low_first.back() = static_cast<char>(low_first.back() & 0x7f);
  const Owned<BIGNUM> y(BN_lebin2bn(reinterpret_cast<const unsigned char*>(low_first.data()),
                                    static_cast<int>(low_first.size()), nullptr));
  PrimeField field;
  if (BN_cmp(y.get(), field.prime()) >= 0) return false;

  const auto d = edwards_d();
  const BIGNUM* const one = BN_value_one();
  const auto y2 = field.product(y.get(), y.get());
  const auto dy2 = field.product(d.get(), y2.get());
  // x^2 = (y^2 - 1) / (d y^2 + 1): a square where their product is one. The points of order 1 and
  // 2, y of 1 and -1, have x of 0 and end here too.
  const auto numerator = field.difference(y2.get(), one);
  const auto denominator = field.sum(dy2.get(), one);
  if (!field.is_square(field.product(numerator.get(), denominator.get()).get())) return false;
  // Twice a point of order 4 is (0, -1): y of 0. Twice a point of order 8 has a y of 0, so x^2 is
  // -y^2, and the equation of the curve becomes d y^4 + 2 y^2 - 1 = 0.
  if (BN_is_zero(y.get())) return false;
  const auto dy4 = field.product(dy2.get(), y2.get());
  const auto twice = field.sum(y2.get(), y2.get());
  const auto left = field.sum(dy4.get(), twice.get());
  return BN_cmp(left.get(), one) != 0;
}

}  // namespace waybill::runtime
