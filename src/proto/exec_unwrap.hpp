// The reverse of `plan_exec`: what a wrapped command line, and the bytes on its stdin, stand for.
// For servers that run no shell. Recognises exactly what this version of `plan_exec` makes.
#ifndef ECISBX_PROTO_EXEC_UNWRAP_HPP
#define ECISBX_PROTO_EXEC_UNWRAP_HPP

#include "proto/exec_script.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::proto {

class exec_unwrapper {
public:
    /// Nothing for a command line that `plan_exec` did not make.
    static std::optional<exec_unwrapper> recognise(const std::vector<std::string>& argv);

    /// What it was made from. Id, nonce and tty are there at once, the rest when `known`. PATH
    /// may have moved to the end of the environment.
    const exec_wish& wish() const { return wish_; }
    /// All of it is known: at once when it came by arguments, else when enough was fed.
    bool known() const { return stage_ == stage::input; }
    /// Nothing will be fed before `ready_mark_text` was written.
    bool waits_for_ready() const { return wish_.tty && stage_ != stage::input; }
    /// Bytes came that `plan_exec` does not send. It takes no more then.
    bool broken() const { return stage_ == stage::broken; }

    /// Takes bytes of stdin; those that are the user's are appended to `input`.
    void feed(std::string_view bytes, std::string& input);
    /// The end that `stdin_end` stands for was fed.
    bool input_ended() const { return ended_; }

private:
    enum class stage { size, code, script, input, broken };
    void take(std::string_view bytes, std::string& input);
    std::string_view unframe(std::string_view& bytes);
    void take_size();
    void take_code();
    void take_script();

    exec_wish wish_;
    stage stage_ = stage::size;
    std::string held_;        // of the preamble
    std::size_t wanted_ = 0;  // bytes of code, then of the script
    bool framed_ = false;
    bool ended_ = false;
    std::string frame_size_;      // digits of a frame's size
    std::size_t frame_left_ = 0;  // bytes of the frame that are still to come
};

struct wanted_kill {
    std::string id;
    int signal = 0;
};
/// What a command line made by `kill_argv` is to do; nothing for any other.
std::optional<wanted_kill> unwrap_kill(const std::vector<std::string>& argv);

}  // namespace ecisbx::proto

#endif
