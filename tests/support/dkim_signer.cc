#include "tests/support/dkim_signer.h"

// The header is written for C, which calls the type so.
#define _Bool bool
#include <opendkim/dkim.h>
#undef _Bool

#ifdef WAYBILL_CHECKS_ADDRESSES
#include <sanitizer/lsan_interface.h>
#endif

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace waybill::tests {
namespace {

// libopendkim does not free the Ed25519 keys that it signs with.
struct LeaksAllowed {
#ifdef WAYBILL_CHECKS_ADDRESSES
  LeaksAllowed() { __lsan_disable(); }
  ~LeaksAllowed() { __lsan_enable(); }
#endif
};

// PKCS #8 and what DNS has of each key, in base64.
constexpr const char* kRsaPrivate =
    "MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQCjtvn7tc6gBk6q"
    "vRZsILYRFCtTukikjfrkFfrywV00Eeb23mzCZquW+GSReuN4Q7pyh9N+HWvKcY/v"
    "RM1dIoOPks4EjC6gnAvhn+p9FZWQTBAypl0eM2vkqsoyAkO/VuLTTdcYqk2QHXUQ"
    "qeCA/LSD38E99EZgjHSUONZWYQG2P5fhxvVzg7Gp+7njJH0CWLORBG9y10dsW+MM"
    "m7WbGQ0LriLIfJ9IYbstzVdH5KNUE0AXVrZbEAt42PuHxLhMda5Y8GLAKPXIMqFj"
    "8cJicYPW8ityEEmluD1C4naRRxGz6P/zwEgQWqw/dapZbkeM+RZ8ucn40E5QjcMG"
    "e5Omb3ktAgMBAAECggEAAT/PAodWWu/i1rKDlzJctDXujZ2kvYkT0dnsXAbEbwfr"
    "k7fy9zzK9pYLja+MSKC93B2xCS6w1iYtsUSIUV5v9mHefSDCK2sIUxYn8UbFV6vn"
    "GTGpy1TuBzN8nX9wj/6UMLOtz98B5zzN8Wzhst0vJ3LSpvG84NVdLgHS12z9KnI0"
    "SgM0PpOlcc6I3+76HtDfC8a1++SgCVtlZ9RLxHOoiLC1Y461q8SE5PwBWsq1AKZr"
    "WMhiqeNh5RoSZHmOWjYRPR2pRNtK5AnVU2R3txUTdu1EA+MmsDoKYVBIrkLQGqEh"
    "yBUQx+rKRYbg33eAhYmdBabyQw9v7qo+Af/ljvgdYQKBgQDYoNJpmuJ7GZF8lIV1"
    "Ud8eSRbkIfz3HY7IaOezS8KtRcj6g8yPC/AJpVinBOEG9kCuSZpeIlx70E4dfRWK"
    "qBaHxDnIzSSWqRwkQzCvSk5Es35KBcQBFvdr1YLYw2477wxcL4qzjMtpE6kJwSNj"
    "IAdxf16JBN7EFHm6Wisj834zqQKBgQDBeDivO8NQWKyf6XqoNVeioaLV4nsikjKt"
    "HZjCN83vWOvFhS8h0MDW+GHOnVt8HqRcItlvNdbOv1DojvgBCga7l3ax+f1Jo1j9"
    "aG8RXr+EYlKW+oXheI3gC3IMSH+fd3Fw1p+FlZpVq49F51plIGofGz/XQ5Uq97ga"
    "yrSH65sL5QKBgQDLlA9JaWIP145u6lClWWR53KwjhoFpZiCp3FRqnfb8yUk/jB7w"
    "C4LwPbAbfa1P0pokcE0ey+HoBXFzqvpUjPRncJPxTkBlSdWFipM1GHqHe7tiKxrw"
    "/zlT4JoPxVFSB6uw8ojBhb4fKHfCD/yGijIUimM4FxiWYrum0lgaeBiQyQKBgQCe"
    "4JZUORTE130zeS30EpIcCPbLBEkwc7TP+10mKWOhaXl85El3UJH8N09CuHCXdiZt"
    "T2UV8bWsZOoRgM7jM5Oh29lqgKvjHBSJTYjgT9mg4omGWMc3CKQh1+RZd/PuRc1P"
    "58BqmBd8wP1QX5QZNcxQLTV5FpPaDEIRJmOotu/FjQKBgQClwH3TJb6e5OCdZqHr"
    "+vQv+RFkMCDOshSafIeP+SL0Oqh7bjqYr635QhtF+7ijE4vEGsrFtrTPQJTC8sty"
    "O1Gp5C2QvraxxI7bce+FE26zT6hX/+1X00ro1AzxQjNdatk+WbVCRDceqLn8McSA"
    "tgfSWRyZZUhjFp5u4Y1CSVuLjQ==";
constexpr const char* kRsaPublic =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAo7b5+7XOoAZOqr0WbCC2"
    "ERQrU7pIpI365BX68sFdNBHm9t5swmarlvhkkXrjeEO6cofTfh1rynGP70TNXSKD"
    "j5LOBIwuoJwL4Z/qfRWVkEwQMqZdHjNr5KrKMgJDv1bi003XGKpNkB11EKnggPy0"
    "g9/BPfRGYIx0lDjWVmEBtj+X4cb1c4Oxqfu54yR9AlizkQRvctdHbFvjDJu1mxkN"
    "C64iyHyfSGG7Lc1XR+SjVBNAF1a2WxALeNj7h8S4THWuWPBiwCj1yDKhY/HCYnGD"
    "1vIrchBJpbg9QuJ2kUcRs+j/88BIEFqsP3WqWW5HjPkWfLnJ+NBOUI3DBnuTpm95"
    "LQIDAQAB";
constexpr const char* kEd25519Private =
    "MC4CAQAwBQYDK2VwBCIEIOid98dwYANgR/MQ243WJ/JHPEISQj0nD344tE6eomH8";
constexpr const char* kEd25519Public = "s9DeHMlXyHLMeRPh0y6GoCQQFG3hHOaSvTKS5nNmZwM=";
constexpr const char* kShortPrivate =
    "MIIB4wIBADANBgkqhkiG9w0BAQEFAASCAc0wggHJAgEAAmEAuVK2S/TbEUxkabmY"
    "oLKqlCJMaM2on5Bojt//yKZTbaLjPBhPf4atOedRD9Jmif2v+AWQ5u7C5zcXWTiX"
    "HW3Z/gq8myBCjcK3I0Kb+Q9d4Kds7PvYsAnTzj3aClLtj/MNAgMBAAECYFUBYIb0"
    "uGt12/U24ZCMg3vRQ7Uq6HbQeXVXv+7chBYdChgtmoGHV/vgY6lbPBd9mimud6eZ"
    "rJFAeNt4KS4ydcI22TIYqadtvWMpuIuYiuAPghermVNJeC0hq0Vc8xYRYQIxAPK+"
    "rZxzOJWl5GN1bvdPBAh7LPrPxl3xm3eubcp9iGt4IMdyoE8sOT4qnIbdecviVQIx"
    "AMNxVlvaOn13h+Y2QPhVOC1enbH19kNblIE8fCSy5/DePZ3lQLvK+9pprKfhQtu1"
    "2QIwDNwtNmykQslXIC3IgzGcdRaRe3gmejOimOSUzHV6FLd4hRh9hbRCFBkN0ddJ"
    "7JNBAjBTkQRx5c+YkiFjh9Mj25xXmdsnmpmfl2raD3itYGnYDc6e0sVpBpPFgeW3"
    "KpQhyZECMFEIHjcwbOLO2e0kfWC+8/n10EpvtIT2Hd0JhgpbQbVdghH33FNwVent"
    "/pdI5DxVQg==";
constexpr const char* kShortPublic =
    "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhALlStkv02xFMZGm5mKCyqpQiTGjNqJ+Q"
    "aI7f/8imU22i4zwYT3+GrTnnUQ/SZon9r/gFkObuwuc3F1k4lx1t2f4KvJsgQo3C"
    "tyNCm/kPXeCnbOz72LAJ08492gpS7Y/zDQIDAQAB";

struct KeyText {
  const char* private_key;
  const char* public_key;
  const char* type;
  dkim_alg_t algorithm;
};

KeyText text_of(DkimKey key) {
  switch (key) {
    case DkimKey::rsa: return {kRsaPrivate, kRsaPublic, "rsa", DKIM_SIGN_RSASHA256};
    case DkimKey::rsa_768: return {kShortPrivate, kShortPublic, "rsa", DKIM_SIGN_RSASHA256};
    case DkimKey::ed25519: break;
  }
  return {kEd25519Private, kEd25519Public, "ed25519", DKIM_SIGN_ED25519SHA256};
}

std::string pem_of(std::string_view base64) {
  std::string out = "-----BEGIN PRIVATE KEY-----\n";
  for (; !base64.empty(); base64.remove_prefix(std::min<std::size_t>(64, base64.size()))) {
    out += std::string(base64.substr(0, 64)) + "\n";
  }
  return out + "-----END PRIVATE KEY-----\n";
}

struct LibraryEnd {
  void operator()(DKIM_LIB* library) const { dkim_close(library); }
};
struct MessageEnd {
  void operator()(DKIM* message) const { dkim_free(message); }
};
using Library = std::unique_ptr<DKIM_LIB, LibraryEnd>;
using Message = std::unique_ptr<DKIM, MessageEnd>;

void require(DKIM_STAT status, const char* step) {
  if (status == DKIM_STAT_OK) return;
  throw std::runtime_error(std::string("libopendkim: ") + step + ": " + std::to_string(status));
}

Library library_for(const DkimSigning& signing) {
  Library library(dkim_init(nullptr, nullptr));
  if (library == nullptr) throw std::runtime_error("libopendkim does not start");
  std::uint64_t at = signing.signed_at;
  require(dkim_options(library.get(), DKIM_OP_SETOPT, DKIM_OPTS_FIXEDTIME, &at, sizeof at), "t=");
  std::uint64_t life = signing.seconds;
  require(dkim_options(library.get(), DKIM_OP_SETOPT, DKIM_OPTS_SIGNATURETTL, &life, sizeof life),
          "x=");
  unsigned bits = 0;
  require(dkim_options(library.get(), DKIM_OP_SETOPT, DKIM_OPTS_MINKEYBITS, &bits, sizeof bits),
          "any key");
  return library;
}

u_char* octets_of(const std::string& text) {
  return reinterpret_cast<u_char*>(const_cast<char*>(text.data()));
}

dkim_canon_t form_of(DkimForm form) {
  return form == DkimForm::simple ? DKIM_CANON_SIMPLE : DKIM_CANON_RELAXED;
}

// Gives the fields to the library; returns where the body begins.
std::size_t feed_header(DKIM* message, const std::string& octets) {
  std::size_t at = 0;
  while (at < octets.size() && octets.compare(at, 2, "\r\n") != 0) {
    std::size_t end = octets.find("\r\n", at);
    while (end + 2 < octets.size() && (octets[end + 2] == ' ' || octets[end + 2] == '\t')) {
      end = octets.find("\r\n", end + 2);
    }
    if (end == std::string::npos) throw std::runtime_error("a header without its end");
    const std::string field = octets.substr(at, end - at);
    require(dkim_header(message, octets_of(field), field.size()), "field");
    at = end + 2;
  }
  return std::min(at + 2, octets.size());
}

}  // namespace

std::string dkim_signature(const DkimSigning& signing, std::string_view message) {
  [[maybe_unused]] const LeaksAllowed leaks_allowed;
  const Library library = library_for(signing);
  const KeyText key = text_of(signing.key);
  const std::string pem = pem_of(key.private_key);
  const std::string octets(message);
  DKIM_STAT status = DKIM_STAT_OK;
  const Message signer(dkim_sign(library.get(), octets_of("message"), nullptr, octets_of(pem),
                                 octets_of(signing.selector), octets_of(signing.domain),
                                 form_of(signing.header), form_of(signing.body), key.algorithm, -1,
                                 &status));
  require(status, "start");
  std::vector<const char*> names;
  for (const std::string& name : signing.fields) names.push_back(name.c_str());
  names.push_back(nullptr);
  // It signs an Ed25519 signature of simple form as if b= were not yet folded.
  require(dkim_set_margin(signer.get(), 0), "margin");
  require(dkim_signhdrs(signer.get(), names.data()), "h=");
  const std::size_t body_begin = feed_header(signer.get(), octets);
  require(dkim_eoh(signer.get()), "end of header");
  const std::string body = octets.substr(body_begin);
  if (!body.empty()) require(dkim_body(signer.get(), octets_of(body), body.size()), "body");
  require(dkim_eom(signer.get(), nullptr), "end of message");
  u_char* field = nullptr;
  std::size_t size = 0;
  require(dkim_getsighdr_d(signer.get(), sizeof "DKIM-Signature: " - 1, &field, &size), "field");
  return "DKIM-Signature: " + std::string(reinterpret_cast<char*>(field), size) + "\r\n";
}

std::string dkim_key_record(DkimKey key) {
  const KeyText text = text_of(key);
  return std::string("v=DKIM1; k=") + text.type + "; p=" + text.public_key;
}

std::string dkim_key_zone(const DkimSigning& signing) {
  return signing.selector + "._domainkey." + signing.domain + ". TXT \"" +
         dkim_key_record(signing.key) + "\"\n";
}

}  // namespace waybill::tests
