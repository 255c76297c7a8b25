#include "platform/key_store.hpp"

#include <libsecret/secret.h>
#include <algorithm>
#include <csignal>
#include <memory>

// The Secret Service of the desktop session (GNOME Keyring, KWallet, KeePassXC) over D-Bus.

namespace indaba::platform {

namespace {

using shared::Errc;
using shared::fail;

template <auto Free>
struct FreedBy {
    template <class T>
    void operator()(T* what) const
    {
        Free(what);
    }
};
template <class T>
using Object = std::unique_ptr<T, FreedBy<g_object_unref>>;
using GlibError = std::unique_ptr<GError, FreedBy<g_error_free>>;
using GlibText = std::unique_ptr<gchar, FreedBy<g_free>>;
/// Wiped when it goes.
using Password = std::unique_ptr<gchar, FreedBy<secret_password_free>>;

constexpr const char* kName = "home";

const SecretSchema* schema()
{
    static const SecretSchema kSchema = [] {
        SecretSchema schema{};
        schema.name = "indaba.HomeKey";
        schema.attributes[0] = {kName, SECRET_SCHEMA_ATTRIBUTE_STRING};
        return schema;
    }();
    return &kSchema;
}

shared::Error locked() { return fail(Errc::untrusted, "the desktop's keyring is locked"); }

/// One talk with the store, on an event loop of its own. At its deadline it is told to end, and left if it does not.
class Talk {
public:
    explicit Talk(std::chrono::milliseconds patience)
        : context_(g_main_context_new()), timer_(g_timeout_source_new(guint(patience.count()))),
          cancel_(g_cancellable_new())
    {
        (void)::sigaction(SIGPIPE, nullptr, &on_closed_pipe_);
        g_main_context_push_thread_default(context_.get());
        g_source_set_callback(timer_.get(), on_deadline, this, nullptr);
        g_source_attach(timer_.get(), context_.get());
    }
    ~Talk()
    {
        g_source_destroy(timer_.get());
        ended_.reset();
        secret_service_disconnect();
        while (g_main_context_iteration(context_.get(), FALSE) != FALSE) continue;  // GLib frees from here
        g_main_context_pop_thread_default(context_.get());
        (void)::sigaction(SIGPIPE, &on_closed_pipe_, nullptr);  // GLib's sockets turn it off for the whole process
    }
    Talk(const Talk&) = delete;
    Talk& operator=(const Talk&) = delete;

    Result<void> reach_session()
    {
        auto* ended = wait([](auto... how) { g_bus_get(G_BUS_TYPE_SESSION, how...); });
        if (ended == nullptr) return no_answer();
        GError* failed = nullptr;
        const Object<GDBusConnection> session(g_bus_get_finish(ended, &failed));
        const GlibError error(failed);
        if (late_) return no_answer();
        if (!session) return fail(Errc::unreachable, "there is no desktop session here");
        g_dbus_connection_set_exit_on_close(session.get(), FALSE);  // a desktop that ends need not end us
        return {};
    }

    /// `start` begins a call of libsecret, `finish` takes its answer.
    template <class Start, class Finish>
    auto ask(Start start, Finish finish) -> Result<decltype(finish(nullptr, nullptr))>
    {
        auto* ended = wait(start);
        if (ended == nullptr) return no_answer();
        GError* failed = nullptr;
        auto answer = finish(ended, &failed);
        if (failed == nullptr && !late_) return answer;
        const GlibError error(failed);
        return late_ ? no_answer() : refused(*error);
    }

private:
    template <class Start>
    GAsyncResult* wait(Start start)
    {
        ended_.reset();
        start(cancel_.get(), &Talk::on_end, static_cast<gpointer>(this));
        while (!ended_ && !lost_) g_main_context_iteration(context_.get(), TRUE);
        return ended_.get();
    }

    static void on_end(GObject*, GAsyncResult* result, gpointer self)
    {
        static_cast<Talk*>(self)->ended_.reset(G_ASYNC_RESULT(g_object_ref(result)));
    }

    static gboolean on_deadline(gpointer self)
    {
        auto* talk = static_cast<Talk*>(self);
        talk->lost_ = talk->late_;
        talk->late_ = true;
        g_cancellable_cancel(talk->cancel_.get());
        return G_SOURCE_CONTINUE;
    }

    static shared::Error no_answer() { return fail(Errc::timed_out, "the desktop's keyring does not answer"); }

    static shared::Error refused(const GError& error)
    {
        if (error.domain == SECRET_ERROR && error.code == SECRET_ERROR_IS_LOCKED) return locked();
        if (g_error_matches(&error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) != FALSE)
            return fail(Errc::unreachable, "this desktop session has no keyring");
        if (g_error_matches(&error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) != FALSE) return no_answer();
        return fail(Errc::unreachable, std::string("the desktop's keyring cannot be used (") + error.message + ")");
    }

    std::unique_ptr<GMainContext, FreedBy<g_main_context_unref>> context_;
    std::unique_ptr<GSource, FreedBy<g_source_unref>> timer_;
    Object<GCancellable> cancel_;
    Object<GAsyncResult> ended_;
    struct sigaction on_closed_pipe_{};
    bool late_ = false;  ///< told to end
    bool lost_ = false;  ///< the deadline passed a second time
};

/// What is there without unlocking anything.
Result<bool> has_key(Talk& talk, const std::string& name)
{
    const auto search = [&](auto... how) {
        secret_password_search(schema(), SECRET_SEARCH_NONE, how..., kName, name.c_str(), nullptr);
    };
    INDABA_ASSIGN(GList * found, talk.ask(search, secret_password_search_finish));
    const bool is_there = found != nullptr;
    g_list_free_full(found, g_object_unref);
    return is_there;
}

Result<Key32> look_up(Talk& talk, const std::string& name)
{
    const auto ask = [&](auto... how) { secret_password_lookup(schema(), how..., kName, name.c_str(), nullptr); };
    INDABA_ASSIGN(gchar * found, talk.ask(ask, secret_password_lookup_finish));
    const Password password(found);
    if (!password) {
        INDABA_ASSIGN(const bool is_there, has_key(talk, name));
        return is_there ? locked() : fail(Errc::not_found, "the desktop's keyring has no such key");
    }
    const auto other = fail(Errc::corrupt, "the desktop's keyring has something else in the key's place");
    auto bytes = shared::from_hex(password.get());
    if (bytes.has_error()) return other;
    const Secret secret(std::move(*bytes));
    Key32 key{};
    if (secret.bytes().size() != key.size()) return other;
    std::ranges::copy(secret.bytes(), key.begin());
    return key;
}

}  // namespace

Result<void> store_key(const std::string& name, const std::string& label, const Key32& key,
                       std::chrono::milliseconds patience)
{
    Talk talk(patience);
    INDABA_TRY(talk.reach_session());
    const GlibText shown(g_utf8_make_valid(label.c_str(), gssize(label.size())));  // a path may be any bytes
    auto text = shared::to_hex(key);
    const auto store = [&](auto... how) {
        secret_password_store(schema(), SECRET_COLLECTION_DEFAULT, shown.get(), text.c_str(), how..., kName,
                              name.c_str(), nullptr);
    };
    const auto stored = talk.ask(store, secret_password_store_finish);
    wipe(reinterpret_cast<std::uint8_t*>(text.data()), text.size());
    INDABA_TRY(stored);
    INDABA_ASSIGN(auto kept, look_up(talk, name));
    const bool is_same = kept == key;
    wipe(kept.data(), kept.size());
    if (is_same) return {};
    return fail(Errc::io, "the desktop's keyring did not keep the key");
}

Result<Key32> stored_key(const std::string& name, std::chrono::milliseconds patience)
{
    Talk talk(patience);
    INDABA_TRY(talk.reach_session());
    return look_up(talk, name);
}

Result<void> drop_key(const std::string& name, std::chrono::milliseconds patience)
{
    Talk talk(patience);
    INDABA_TRY(talk.reach_session());
    const auto clear = [&](auto... how) { secret_password_clear(schema(), how..., kName, name.c_str(), nullptr); };
    INDABA_TRY(talk.ask(clear, secret_password_clear_finish));
    INDABA_ASSIGN(const bool is_there, has_key(talk, name));
    if (is_there) return locked();
    return {};
}

}  // namespace indaba::platform
