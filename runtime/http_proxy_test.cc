#include "runtime/http_proxy.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace waybill::runtime {
namespace {

HttpBase base_of(const std::string& text) { return HttpBase::parse(text).value(); }

TEST(HttpProxyTest, AProxyIsAHostAndAPort) {
  for (const char* const text :
       {"http://proxy.test:3128", "proxy.test:3128", "http://proxy.test:3128/"}) {
    const auto proxy = HttpProxy::parse(text);
    ASSERT_TRUE(proxy) << text;
    EXPECT_EQ(proxy->base, base_of("http://proxy.test:3128")) << text;
    EXPECT_EQ(proxy->authorization, "") << text;
  }
}

TEST(HttpProxyTest, AUserAndAPasswordAreItsAuthorization) {
  const auto proxy = HttpProxy::parse("http://us%65r:p%40ss%:w@proxy.test:3128");
  ASSERT_TRUE(proxy);
  EXPECT_EQ(proxy->base, base_of("http://proxy.test:3128"));
  EXPECT_EQ(proxy->authorization, "Basic dXNlcjpwQHNzJTp3");  // user:p@ss%:w
}

TEST(HttpProxyTest, WhatIsNoneIsRefusedAndItsPasswordNotRepeated) {
  for (const char* const text :
       {"", "ftp://u:secret@proxy.test", "https://u:secret@proxy.test:3128",
        "http://u:secret@proxy.test/path", "http://u:secret@",
        "socks5://u:secret@proxy.test:1080"}) {
    const auto proxy = HttpProxy::parse(text);
    ASSERT_FALSE(proxy) << text;
    EXPECT_EQ(proxy.error(), Errc::invalid) << text;
    EXPECT_EQ(proxy.error().why.find("secret"), std::string::npos) << proxy.error().why;
  }
}

struct ExceptionCase {
  std::string list;
  std::string base;
  bool held;
};

const ExceptionCase kExceptions[] = {
    {"", "http://a.test", false},
    {"*", "http://a.test", true},
    {"a.test", "http://a.test", true},
    {"A.Test", "http://a.test", true},
    {"a.test", "http://b.a.test", true},
    {".a.test", "http://b.a.test", true},
    {"*.a.test", "http://b.a.test", true},
    {"a.test", "http://ba.test", false},
    {"b.a.test", "http://a.test", false},
    {"x.test, a.test", "https://a.test", true},
    {"a.test:9200", "http://a.test:9200", true},
    {"a.test:9200", "http://a.test", false},
    {"192.0.2.1", "http://192.0.2.1:9200", true},
    {"192.0.2.1:9200", "http://192.0.2.1:9200", true},
    {"192.0.2.1:9201", "http://192.0.2.1:9200", false},
    {"192.0.2.0/24", "http://192.0.2.9", true},
    {"192.0.2.0/24", "http://192.0.3.9", false},
    {"192.0.2.0/24", "http://a.test", false},
    {"2001:db8::1", "http://[2001:db8::1]:9200", true},
    {"[2001:db8::1]:9200", "http://[2001:db8::1]:9200", true},
    {"[2001:db8::1]", "http://[2001:db8::1]:9200", true},
    {"2001:db8::/32", "http://[2001:db8::1]", true},
    {",,;; :,:80,a.test", "http://a.test", true},
};

TEST(HttpProxyTest, AnExceptionIsANameANetworkOrAPort) {
  for (const ExceptionCase& c : kExceptions) {
    EXPECT_EQ(ProxyExceptions(c.list).hold(base_of(c.base)), c.held) << c.list << " " << c.base;
  }
}

TEST(HttpProxyTest, OneForAllButItsExceptions) {
  const auto proxies = HttpProxies::one("http://proxy.test:3128", "a.test");
  ASSERT_TRUE(proxies);
  EXPECT_EQ(proxies->to(base_of("http://a.test")), nullptr);
  for (const char* const base : {"http://b.test", "https://b.test", "http://127.0.0.1"}) {
    ASSERT_NE(proxies->to(base_of(base)), nullptr) << base;
    EXPECT_EQ(proxies->to(base_of(base))->base.host, "proxy.test") << base;
  }
  EXPECT_EQ(HttpProxies{}.to(base_of("http://b.test")), nullptr);
}

struct Variable {
  const char* name;
  const char* value;
};

// Sets variables for as long as it lives.
class Environment {
 public:
  explicit Environment(const std::vector<Variable>& variables) {
    for (const char* const name : kNames) ::unsetenv(name);
    for (const auto& [name, value] : variables) ::setenv(name, value, 1);
  }
  ~Environment() {
    for (const char* const name : kNames) ::unsetenv(name);
  }

 private:
  static constexpr const char* kNames[] = {"https_proxy", "HTTPS_PROXY", "http_proxy",
                                           "HTTP_PROXY",  "no_proxy",    "NO_PROXY"};
};

TEST(HttpProxyTest, TheEnvironmentNamesThem) {
  const std::vector<Variable> variables = {{"HTTPS_PROXY", "http://tls.test:1"},
                                           {"HTTP_PROXY", "http://of-a-request.test:2"},
                                           {"NO_PROXY", "a.test"}};
  const Environment environment(variables);
  const auto proxies = HttpProxies::of_environment();
  ASSERT_TRUE(proxies);
  ASSERT_NE(proxies->to(base_of("https://b.test")), nullptr);
  EXPECT_EQ(proxies->to(base_of("https://b.test"))->base.host, "tls.test");
  EXPECT_EQ(proxies->to(base_of("http://b.test")), nullptr);
  for (const char* const base : {"https://a.test", "https://127.0.0.1", "https://localhost",
                                 "https://x.localhost", "https://[::1]"}) {
    EXPECT_EQ(proxies->to(base_of(base)), nullptr) << base;
  }
}

TEST(HttpProxyTest, AVariableThatIsNoProxyIsNamed) {
  const std::vector<Variable> variables = {{"https_proxy", "ftp://u:secret@tls.test:1"}};
  const Environment environment(variables);
  const auto proxies = HttpProxies::of_environment();
  ASSERT_FALSE(proxies);
  EXPECT_EQ(proxies.error().why.find("HTTPS_PROXY: "), 0u) << proxies.error().why;
}

}  // namespace
}  // namespace waybill::runtime
