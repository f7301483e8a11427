package sim

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"

	"linli/internal/kit/clock"
)

// draw is the paper of an invoice, as a PDF of one page with a CJK font that
// every reader brings along.
func draw(e *Entry) []byte {
	in := &e.Request
	var page strings.Builder
	text := func(x, y, size int, s string) {
		fmt.Fprintf(&page, "BT /F1 %d Tf %d %d Td <%s> Tj ET\n", size, x, y, hexText(s))
	}
	rule := func(y int) { fmt.Fprintf(&page, "40 %d m 555 %d l S\n", y, y) }
	head := "电子发票（普通发票）"
	if in.Type == "special" {
		head = "电子发票（增值税专用发票）"
	}
	if in.Kind == "red" {
		head += " 红字"
	}
	text(200, 370, 16, head)
	text(40, 345, 10, "发票号码："+e.Invoice)
	text(330, 345, 10, "开票日期："+e.At.In(clock.Shanghai()).Format("2006年01月02日"))
	rule(335)
	text(40, 318, 10, "购买方："+in.Buyer.Name+"  "+in.Buyer.TaxNo)
	text(40, 302, 10, "销售方："+in.Seller.Name+"  "+in.Seller.TaxNo)
	rule(292)
	text(40, 276, 9, "项目名称")
	text(330, 276, 9, "金额")
	text(410, 276, 9, "税率/征收率")
	text(500, 276, 9, "税额")
	y := 260
	for _, l := range in.Lines {
		if y < 120 {
			break
		}
		text(40, y, 9, "*"+l.Short+"*"+l.Name)
		text(330, y, 9, yuan(l.Net))
		text(410, y, 9, fmt.Sprintf("%d%%", l.Rate/100))
		text(500, y, 9, yuan(l.Tax))
		y -= 16
	}
	rule(y)
	text(40, y-16, 10, "价税合计："+yuan(in.Gross)+" 元    其中税额 "+yuan(in.Tax)+" 元")
	if in.Lease != nil {
		text(40, y-34, 9, "不动产经营租赁："+in.Lease.Address+" "+in.Lease.Place+"，"+in.Lease.From+" 至 "+in.Lease.Until)
	}
	remark := in.Remark
	if in.Kind == "red" {
		remark = "被红冲蓝字发票号码：" + in.RedOf + "，" + in.Reason
	}
	text(40, y-50, 9, "备注："+remark)
	text(40, y-68, 9, "开票人："+in.Drawer+"    （模拟平台开出，只供演练，不是真发票）")
	return assemble(page.String())
}

func yuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	return fmt.Sprintf("%s%d.%02d", sign, fen/100, fen%100)
}

func hexText(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}

// assemble writes the objects of a PDF and where each begins.
func assemble(page string) []byte {
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 400] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(page), page),
		"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
		"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /FontDescriptor 7 0 R /DW 1000 /W [1 95 500] >>",
		"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, x := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", x)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}
