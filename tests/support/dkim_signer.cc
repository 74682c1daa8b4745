#include "tests/support/dkim_signer.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <regex>
#include <stdexcept>

namespace waybill::tests {
namespace {

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
};

KeyText text_of(DkimKey key) {
  switch (key) {
    case DkimKey::rsa: return {kRsaPrivate, kRsaPublic, "rsa"};
    case DkimKey::rsa_768: return {kShortPrivate, kShortPublic, "rsa"};
    case DkimKey::ed25519: break;
  }
  return {kEd25519Private, kEd25519Public, "ed25519"};
}

struct End {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(PKCS8_PRIV_KEY_INFO* key) const { PKCS8_PRIV_KEY_INFO_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, End>;

void require(bool done, const char* step) {
  if (!done) throw std::runtime_error(std::string("dkim_signer: ") + step);
}

const unsigned char* octets_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string text_of(const std::vector<unsigned char>& octets) {
  return std::string(octets.begin(), octets.end());
}

std::string base64(const std::string& octets) {
  std::vector<unsigned char> out(octets.size() / 3 * 4 + 5);
  const int size = EVP_EncodeBlock(out.data(), octets_of(octets), static_cast<int>(octets.size()));
  out.resize(static_cast<std::size_t>(size));
  return text_of(out);
}

std::string sha256(const std::string& octets) {
  std::vector<unsigned char> out(SHA256_DIGEST_LENGTH);
  SHA256(octets_of(octets), octets.size(), out.data());
  return text_of(out);
}

Owned<EVP_PKEY> read_key(const std::string& base64_text) {
  std::vector<unsigned char> der(base64_text.size());
  EVP_DecodeBlock(der.data(), octets_of(base64_text), static_cast<int>(base64_text.size()));
  const unsigned char* at = der.data();
  const Owned<PKCS8_PRIV_KEY_INFO> info(
      d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
  require(info != nullptr, "a key of its own");
  return Owned<EVP_PKEY>(EVP_PKCS82PKEY(info.get()));
}

// Ed25519 signs the digest as it is (RFC 8463 3).
std::string signed_by(DkimKey type, const std::string& digest) {
  const auto key = read_key(text_of(type).private_key);
  std::vector<unsigned char> out(1024);
  std::size_t size = out.size();
  if (type == DkimKey::ed25519) {
    const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
    require(
        EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
            EVP_DigestSign(context.get(), out.data(), &size, octets_of(digest), digest.size()) == 1,
        "Ed25519");
  } else {
    const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new(key.get(), nullptr));
    require(
        EVP_PKEY_sign_init(context.get()) == 1 &&
            EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
            EVP_PKEY_sign(context.get(), out.data(), &size, octets_of(digest), digest.size()) == 1,
        "RSA");
  }
  out.resize(size);
  return text_of(out);
}

// The forms are made here step by step in the words of RFC 6376 3.4, and with none of the code that
// they are a test of.

std::string replaced(const std::string& text, const char* pattern, const char* with) {
  return std::regex_replace(text, std::regex(pattern), with);
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// 3.4.2. `field` is without its last CRLF.
std::string canonical_field(DkimForm form, const std::string& field) {
  if (form == DkimForm::simple) return field;
  const std::size_t colon = field.find(':');
  std::string value;
  for (const char c : field.substr(colon + 1)) {
    if (c == '\r' || c == '\n') continue;
    const bool space = c == ' ' || c == '\t';
    if (!space) value += c;
    if (space && !value.empty() && value.back() != ' ') value += ' ';
  }
  if (value.ends_with(' ')) value.pop_back();
  return lower(replaced(field.substr(0, colon), "[ \t]+$", "")) + ":" + value;
}

// 3.4.3, 3.4.4
std::string canonical_body(DkimForm form, const std::string& body) {
  std::string out;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t end = std::min(body.find("\r\n", at), body.size());
    std::string line = body.substr(at, end - at);
    if (form == DkimForm::relaxed) {
      std::string tight;
      for (const char c : line) {
        const bool space = c == ' ' || c == '\t';
        if (!space) tight += c;
        if (space && !tight.ends_with(' ')) tight += ' ';
      }
      if (tight.ends_with(' ')) tight.pop_back();
      line = tight;
    }
    out += line + "\r\n";
    at = end + 2;
  }
  while (out.ends_with("\r\n\r\n")) out.resize(out.size() - 2);
  if (out == "\r\n") out.clear();
  if (form == DkimForm::simple && out.empty()) out = "\r\n";
  return out;
}

struct Parts {
  std::vector<std::string> fields;  // without their last CRLF
  std::string body;
};

Parts parts_of(const std::string& message) {
  Parts out;
  std::size_t at = 0;
  while (at < message.size() && message.compare(at, 2, "\r\n") != 0) {
    std::size_t end = message.find("\r\n", at);
    while (end + 2 < message.size() && (message[end + 2] == ' ' || message[end + 2] == '\t')) {
      end = message.find("\r\n", end + 2);
    }
    require(end != std::string::npos, "a header without its end");
    out.fields.push_back(message.substr(at, end - at));
    at = end + 2;
  }
  out.body = message.substr(std::min(at + 2, message.size()));
  return out;
}

std::string name_of(const std::string& field) {
  return replaced(field.substr(0, field.find(':')), "[ \t]+$", "");
}

bool is_named(const std::vector<std::string>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& one) { return lower(one) == lower(name); });
}

const char* word_of(DkimForm form) { return form == DkimForm::simple ? "simple" : "relaxed"; }

}  // namespace

std::string dkim_signature(const DkimSigning& signing, std::string_view message) {
  const Parts parts = parts_of(std::string(message));
  std::string names;
  std::string header;
  // Of several fields of a name the lowest is first (RFC 6376 5.4.2), and all are signed.
  for (auto field = parts.fields.rbegin(); field != parts.fields.rend(); ++field) {
    if (!is_named(signing.fields, name_of(*field))) continue;
    names += (names.empty() ? "" : ":") + name_of(*field);
    header += canonical_field(signing.header, *field) + "\r\n";
  }
  for (const std::string& name : signing.oversigned) names += ":" + name;
  const std::string body = canonical_body(signing.body, parts.body);
  std::string field = "DKIM-Signature: v=1; a=";
  field += signing.key == DkimKey::ed25519 ? "ed25519-sha256" : "rsa-sha256";
  field += std::string("; c=") + word_of(signing.header) + "/" + word_of(signing.body);
  field += "; d=" + signing.domain + "; s=" + signing.selector + ";\r\n\tt=";
  field += std::to_string(signing.signed_at) + ";";
  if (signing.seconds > 0) {
    field += " x=" + std::to_string(signing.signed_at + signing.seconds) + ";";
  }
  if (signing.length) field += " l=" + std::to_string(*signing.length) + ";";
  field += signing.more_tags;
  field += "\r\n\th=" + names;
  field +=
      ";\r\n\tbh=" + base64(sha256(body.substr(0, signing.length.value_or(std::string::npos)))) +
      ";\r\n\tb=";
  const std::string digest = sha256(header + canonical_field(signing.header, field));
  std::string data = base64(signed_by(signing.key, digest));
  for (std::size_t at = 70; at < data.size(); at += 73) data.insert(at, "\r\n\t");
  return field + data + "\r\n";
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
