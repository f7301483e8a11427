package notify

import (
	"time"

	"linli/internal/kit/export"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	o := export.Offer{Key: "messages", Name: "消息", Permission: PermRead, Columns: []sheet.Column{export.Text("写好", 20), export.Text("发出", 20), export.Text("送达", 20), export.Text("已读", 20),
		export.Text("类型", 14), export.Text("房屋", 20), export.Text("住户", 14), export.Text("渠道", 10), export.Text("号码或地址", 22), export.Text("标题", 24),
		export.Text("内容", 60), export.Text("状态", 10), export.Text("说明", 30)}}
	o.Check, o.Rows = export.Pages(s.listMessagesAPI, func(o *messagesOut) page.List[messageJSON] { return o.Body }, func(m *messageJSON) []sheet.Value {
		return []sheet.Value{momentCell(&m.CreatedAt), momentCell(m.SentAt), momentCell(m.DeliveredAt), momentCell(m.OpenedAt), sheet.Text(m.KindName), sheet.Text(m.RoomLabel), sheet.Text(m.Person),
			sheet.Text(m.ChannelName), sheet.Text(m.Address), sheet.Text(m.Subject), sheet.Text(m.Body), sheet.Text(standing(m.Channel, State(m.State))), sheet.Text(m.Reason)}
	})
	return []export.Offer{o}
}

func momentCell(at *time.Time) sheet.Value {
	if at == nil {
		return sheet.Text("")
	}
	return sheet.Text(at.Format(time.DateTime))
}
