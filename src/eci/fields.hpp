// Reading the members of a JSON object that someone else wrote.
#ifndef ECISBX_ECI_FIELDS_HPP
#define ECISBX_ECI_FIELDS_HPP

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::eci {

/// A missing member and `null` have no value; a member of another type than the one asked for
/// throws `protocol` with its path (`ContainerGroups[0].Containers[1].Cpu`). Others are ignored.
/// The object must outlive it.
class fields {
public:
    explicit fields(const boost::json::object& object, std::string path = {});
    /// For a value that must be an object.
    fields(const boost::json::value& value, std::string path);

    std::string text(std::string_view name) const;  ///< empty without a value
    bool flag(std::string_view name) const;         ///< false without one
    double number(std::string_view name) const;     ///< 0 without one
    std::int64_t integer(std::string_view name) const;
    std::optional<int> small_integer(std::string_view name) const;
    /// A number, or a string that spells one, as some actions send them.
    std::optional<double> amount(std::string_view name) const;
    /// As `amount`, rounded to an integer.
    std::optional<std::int64_t> count(std::string_view name) const;
    std::optional<fields> object(std::string_view name) const;
    std::vector<std::string> texts(std::string_view name) const;  ///< a list of strings
    const boost::json::array* list(std::string_view name) const;  ///< null without one

    /// Of an element of the list `name`.
    fields element(std::string_view name, const boost::json::array& list, std::size_t index) const;

private:
    const boost::json::value* find(std::string_view name) const;
    [[noreturn]] void refuse(std::string_view name, std::string_view expected) const;
    std::string path_of(std::string_view name) const;

    const boost::json::object* object_;
    std::string path_;
};

}  // namespace ecisbx::eci

#endif
