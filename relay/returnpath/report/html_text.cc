#include "relay/returnpath/report/html_text.h"

#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>

#include "relay/returnpath/report/clean_text.h"

namespace waybill::relay::returnpath::report {
namespace {

struct Free {
  void operator()(htmlParserCtxtPtr parser) const { htmlFreeParserCtxt(parser); }
};
using Parser = std::unique_ptr<htmlParserCtxt, Free>;

// HTML 15.3: what a browser shows on lines of its own.
constexpr std::array<std::string_view, 16> kLines = {
    "br",     "div",     "tr",      "li",   "dt",    "dd",  "table", "address",
    "center", "section", "article", "body", "tbody", "pre", "hr",    "form"};
constexpr std::array<std::string_view, 11> kParagraphs = {"p",  "h1", "h2", "h3", "h4",        "h5",
                                                          "h6", "ul", "ol", "dl", "blockquote"};
constexpr std::array<std::string_view, 4> kSilent = {"script", "style", "title", "template"};

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What the reader's events gather. Each text piece is folded to single spaces, as a browser does.
class Page {
 public:
  explicit Page(htmlParserCtxtPtr parser) : parser_(parser) {}

  void open(std::string_view name) {
    if (++depth_ > kMaxHtmlDepth) return xmlStopParser(parser_);
    if (is_one_of(name, kSilent)) ++silent_;
    edge(name);
    if (name == "td" || name == "th") word(" ");
  }

  void close(std::string_view name) {
    if (depth_ > 0) --depth_;
    if (silent_ > 0 && is_one_of(name, kSilent)) --silent_;
    if (name != "br") edge(name);
  }

  void word(std::string_view text) {
    if (silent_ > 0) return;
    for (const char c : text) {
      const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
      const bool begins = out_.empty() || out_.back() == '\n' || out_.back() == ' ';
      if (!space) out_ += c;
      if (space && !begins) out_ += ' ';
    }
  }

  std::string text() && {
    out_.resize(out_.find_last_not_of(" \n") + 1);
    return std::move(out_);
  }

 private:
  void edge(std::string_view name) {
    if (silent_ > 0) return;
    if (is_one_of(name, kParagraphs)) {
      lines(2);
    } else if (name == "br") {
      end_line();
    } else if (is_one_of(name, kLines)) {
      lines(1);
    }
  }

  void end_line() {
    if (!out_.empty() && out_.back() == ' ') out_.pop_back();
    if (out_.size() < 2 || !out_.ends_with("\n\n")) out_ += '\n';
  }

  void lines(std::size_t wanted) {
    if (!out_.empty() && out_.back() == ' ') out_.pop_back();
    while (!out_.empty() && !out_.ends_with(wanted == 1 ? "\n" : "\n\n")) out_ += '\n';
  }

  htmlParserCtxtPtr parser_;
  std::string out_;
  std::size_t depth_ = 0;
  std::size_t silent_ = 0;
};

std::string_view view(const xmlChar* text) { return reinterpret_cast<const char*>(text); }

Page& page(void* user) { return *static_cast<Page*>(user); }

void on_start(void* user, const xmlChar* name, const xmlChar** /*attributes*/) {
  page(user).open(view(name));
}

void on_end(void* user, const xmlChar* name) { page(user).close(view(name)); }

void on_text(void* user, const xmlChar* text, int length) {
  page(user).word({reinterpret_cast<const char*>(text), static_cast<std::size_t>(length)});
}

void quiet(void* /*user*/, const char* /*format*/, ...) {}

htmlSAXHandler handler() {
  htmlSAXHandler out{};
  out.startElement = on_start;
  out.endElement = on_end;
  out.characters = on_text;
  out.ignorableWhitespace = on_text;
  out.warning = quiet;
  out.error = quiet;
  out.fatalError = quiet;
  return out;
}

void init_libxml() {
  static std::once_flag once;
  std::call_once(once, xmlInitParser);
}

// An octet 0 would end the reading.
std::string readable(std::string_view html) {
  std::string out(html);
  std::replace(out.begin(), out.end(), '\0', ' ');
  return out;
}

// A no-break space is text to a browser, and a space to whoever looks for words.
std::string with_plain_spaces(std::string_view text) {
  constexpr std::string_view kNoBreak = "\xc2\xa0";
  std::string out;
  while (!text.empty()) {
    const std::size_t at = text.find(kNoBreak);
    out += text.substr(0, at);
    if (at == std::string_view::npos) break;
    out += ' ';
    text.remove_prefix(at + kNoBreak.size());
  }
  return out;
}

}  // namespace

std::string html_text(std::string_view html) {
  init_libxml();
  const std::string octets = readable(html.substr(0, kMaxHtmlOctets));
  htmlSAXHandler sax = handler();
  const Parser parser(
      htmlCreatePushParserCtxt(&sax, nullptr, nullptr, 0, nullptr, XML_CHAR_ENCODING_UTF8));
  if (!parser) return {};
  htmlCtxtUseOptions(parser.get(), HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                       HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
  Page found(parser.get());
  parser->userData = &found;
  htmlParseChunk(parser.get(), octets.data(), static_cast<int>(octets.size()), 1);
  return with_plain_spaces(std::move(found).text());
}

}  // namespace waybill::relay::returnpath::report
