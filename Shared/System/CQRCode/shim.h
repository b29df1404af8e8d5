// libqrencode 4.1, as much of it as the QRCode module uses.

#ifndef CQRCODE_SHIM_H
#define CQRCODE_SHIM_H

#include <qrencode.h>

#endif
