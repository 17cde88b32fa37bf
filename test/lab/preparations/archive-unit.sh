# A home-made unit for the unpacked Elasticsearch, as administrators write it: foreground process, the careless user.
home=/$(cd "$ROOT" && echo opt/elasticsearch-*)
where="Environment=ES_PATH_CONF=$home/config"
if [ -d "$ROOT/srv/search/conf" ]; then
  echo 'ES_PATH_CONF=/srv/search/conf' >"$ROOT/etc/default/search"
  where='EnvironmentFile=/etc/default/search'
fi
cat >"$ROOT/etc/systemd/system/elasticsearch.service" <<END
[Unit]
Description=Elasticsearch
After=network.target

[Service]
Type=exec
User=deploy
Group=deploy
WorkingDirectory=$home
Environment=ES_HOME=$home
$where
ExecStart=$home/bin/elasticsearch
LimitNOFILE=65535
SuccessExitStatus=143
TimeoutStopSec=60
Restart=no

[Install]
WantedBy=multi-user.target
END
ln -s /etc/systemd/system/elasticsearch.service "$ROOT/etc/systemd/system/multi-user.target.wants/elasticsearch.service"
