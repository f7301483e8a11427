package notify

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/web"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}"
	route(w, "list-messages", "GET", in+"/messages", "列出发给住户的消息", PermRead, s.listMessagesAPI)
	route(w, "read-message", "GET", in+"/messages/{message}", "一条消息和它的每次发送", PermRead, s.readMessageAPI)
	route(w, "resend-message", "POST", in+"/messages/{message}/resend", "重发一条消息", PermWrite, s.resendAPI)
	route(w, "send-message-onward", "POST", in+"/messages/{message}/onward", "站内消息不等住户打开，马上改发短信或邮件", PermWrite, s.onwardAPI)
	route(w, "read-notify-setting", "GET", in+"/notify/setting", "发送时间和条数", PermRead, s.settingAPI)
	route(w, "put-notify-setting", "PUT", in+"/notify/setting", "修改发送时间和条数（整条提交）", PermSetting, s.putSettingAPI)
	route(w, "list-notify-accounts", "GET", in+"/notify/accounts", "邮件和短信的发送账户", PermSetting, s.accountsAPI)
	route(w, "put-notify-account", "PUT", in+"/notify/accounts/{carrier}", "设置发送账户", PermSetting, s.putAccountAPI)
	route(w, "try-notify-account", "POST", in+"/notify/accounts/{carrier}/tries", "试发一条，看账户能不能用", PermSetting, s.tryAPI)
	route(w, "list-notify-templates", "GET", in+"/notify/templates", "消息模板", PermRead, s.templatesAPI)
	route(w, "put-notify-template", "PUT", in+"/notify/templates/{kind}/{channel}", "修改消息模板（整条提交）", PermSetting, s.putTemplateAPI)
	route(w, "preview-notify-template", "POST", in+"/notify/templates/{kind}/{channel}/preview", "用例子预览消息模板（不保存）", PermSetting, s.previewAPI)
}

func route[I, O any](w *web.Server, opID, method, path, summary string, p actor.Permission, h func(context.Context, actor.Actor, *I) (*O, error)) {
	web.Handle(w, web.Op{ID: opID, Method: method, Path: path, Summary: summary, Tag: "notify", Permission: p}, h)
}
