package rehearsal

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"image/png"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"
)

// Bars draws a payer's code as Code 128, for an img tag.
func Bars(code string) (template.URL, error) {
	bars, err := code128.Encode(code)
	if err != nil {
		return "", fmt.Errorf("draw code: %w", err)
	}
	return picture(bars, bars.Bounds().Dx()*3, 110)
}

// Dots draws the QR code of an order, for an img tag.
func Dots(code string) (template.URL, error) {
	dots, err := qr.Encode(code, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("draw code: %w", err)
	}
	return picture(dots, dots.Bounds().Dx()*6, dots.Bounds().Dy()*6)
}

func picture(code barcode.Barcode, width, height int) (template.URL, error) {
	large, err := barcode.Scale(code, width, height)
	if err != nil {
		return "", fmt.Errorf("draw code: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, large); err != nil {
		return "", fmt.Errorf("draw code: %w", err)
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())), nil
}
