#include <libxml/xmlversion.h>
// Debian's libxml2 is built with ICU, whose types Foundation declares another way; nothing here uses them.
#undef LIBXML_ICU_ENABLED
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
