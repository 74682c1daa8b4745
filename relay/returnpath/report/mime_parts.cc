#include "relay/returnpath/report/mime_parts.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "relay/returnpath/report/charset.h"
#include "relay/returnpath/report/clean_text.h"
#include "relay/returnpath/report/html_text.h"

namespace waybill::relay::returnpath::report {
namespace {

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

void init_gmime() {
  static std::once_flag once;
  std::call_once(once, g_mime_init);
}

bool names_content_type(std::string_view line) {
  constexpr std::string_view kName = "content-type";
  return lower(line.substr(0, kName.size())) == kName;
}

std::size_t octets_within_limits(std::string_view text) {
  std::size_t content_types = 0;
  std::size_t delimiters = 0;
  std::size_t fields = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t at = text.size() - rest.size();
    const std::string_view line = take_line(rest);
    content_types += names_content_type(line) ? 1 : 0;
    delimiters += line.starts_with("--") ? 1 : 0;
    fields += begins_field(line) ? 1 : 0;
    if (content_types > kMaxContentTypes || delimiters > kMaxDelimiters) return at;
    if (fields > kMaxFieldLines) return at;
  }
  return text.size();
}

// LF line ends, no mbox separator, within the limits.
std::string normalised(std::string_view raw) {
  raw = raw.substr(0, kMaxReportOctets);
  std::string text;
  text.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool pair = raw[i] == '\r' && i + 1 < raw.size() && raw[i + 1] == '\n';
    if (!pair) text += raw[i] == '\r' ? '\n' : raw[i];
  }
  if (text.starts_with("From ")) text.erase(0, std::min(text.find('\n'), text.size() - 1) + 1);
  text.resize(octets_within_limits(text));
  return text;
}

std::string taken(char* text) {
  std::string out = text == nullptr ? "" : text;
  g_free(text);
  return out;
}

std::string without_returns(std::string text) {
  std::erase(text, '\r');
  // Old servers put an octet 0 into what they quote; what follows it is text all the same.
  std::replace(text.begin(), text.end(), '\0', ' ');
  if (text.size() > kMaxPartOctets) text.resize(kMaxPartOctets);
  return text;
}

std::string decoded(GMimePart* part) {
  GMimeDataWrapper* content = g_mime_part_get_content(part);  // borrowed
  if (content == nullptr) return {};
  const Owned<GMimeStream> stream(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, stream.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  if (bytes == nullptr || bytes->data == nullptr) return {};
  return std::string(reinterpret_cast<const char*>(bytes->data), bytes->len);
}

std::string type_of(GMimeObject* object) {
  GMimeContentType* type = g_mime_object_get_content_type(object);  // borrowed
  return type == nullptr ? "text/plain" : lower(taken(g_mime_content_type_get_mime_type(type)));
}

std::string charset_of(GMimeObject* object) {
  const char* name = g_mime_object_get_content_type_parameter(object, "charset");  // borrowed
  return name == nullptr ? "" : name;
}

// What an HTML page says of its own charset (HTML 13.2.3.2); empty if it says nothing.
std::string charset_within(std::string_view html) {
  constexpr std::size_t kPrescan = 1024;
  constexpr std::string_view kSign = "charset=";
  const std::string head = lower(html.substr(0, kPrescan));
  const std::size_t at = head.find(kSign);
  if (at == std::string::npos) return {};
  const std::size_t begin = head.find_first_not_of("\"' ", at + kSign.size());
  if (begin == std::string::npos) return {};
  return head.substr(begin, head.find_first_of("\"' />;", begin) - begin);
}

class Walk {
 public:
  explicit Walk(std::vector<Part>& parts) : parts_(parts) {}

  // Depth is bounded by kMaxContentTypes: each level names its type.
  void object(GMimeObject* object) {
    if (GMIME_IS_MULTIPART(object)) {
      multipart(GMIME_MULTIPART(object));
    } else if (GMIME_IS_MESSAGE_PART(object)) {
      message(GMIME_MESSAGE_PART(object));
    } else if (GMIME_IS_PART(object)) {
      leaf(object);
    }
  }

 private:
  void multipart(GMimeMultipart* multipart) {
    const int count = g_mime_multipart_get_count(multipart);
    for (int i = 0; i < count; ++i) object(g_mime_multipart_get_part(multipart, i));
    if (count > 0) return;
    const char* prologue = g_mime_multipart_get_prologue(multipart);  // borrowed
    if (prologue != nullptr) parts_.push_back({"text/plain", without_returns(prologue)});
  }

  void message(GMimeMessagePart* part) {
    GMimeMessage* inner = g_mime_message_part_get_message(part);  // borrowed
    std::string text;
    if (inner != nullptr) text = taken(g_mime_object_to_string(GMIME_OBJECT(inner), nullptr));
    parts_.push_back({type_of(GMIME_OBJECT(part)), without_returns(std::move(text))});
  }

  void leaf(GMimeObject* object) {
    const std::string type = type_of(object);
    std::string text = decoded(GMIME_PART(object));
    if (text.size() > kMaxPartOctets) text.resize(kMaxPartOctets);
    std::string charset = charset_of(object);
    if (type == "text/html" && charset.empty()) charset = charset_within(text);
    if (GMIME_IS_TEXT_PART(object)) text = to_utf8(text, charset);
    if (type == "text/html") text = html_text(text);
    parts_.push_back({type, without_returns(std::move(text))});
  }

  std::vector<Part>& parts_;
};

}  // namespace

Message read_message(std::string_view raw) {
  init_gmime();
  const std::string text = normalised(raw);
  Message out;
  const std::size_t end = text.starts_with('\n') ? 0 : text.find("\n\n");
  out.header = read_fields(std::string_view(text).substr(0, end));

  const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(text.data(), text.size()));
  const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const Owned<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  if (!message) return out;
  if (const char* subject = g_mime_message_get_subject(message.get())) {
    out.subject = clean_line(subject, kMaxFieldOctets);
  }
  GMimeObject* body = g_mime_message_get_mime_part(message.get());  // borrowed
  if (body == nullptr) return out;
  out.type = type_of(body);
  if (const char* type = g_mime_object_get_content_type_parameter(body, "report-type")) {
    out.report_type = lower(trim(type));
  }
  Walk(out.parts).object(body);
  return out;
}

}  // namespace waybill::relay::returnpath::report
